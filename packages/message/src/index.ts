export type { ByteString, MessageSink } from './message-sink.ts'
