export {
  formatListenAddress,
  type ListenAddress,
  type ListenAddressErrorCode,
  type ParsedListenAddress,
  parseListenAddress,
} from './address.ts'
export {
  closedBefore,
  type ListenError,
  type ListenErrorCode,
  type Listened,
  listenOn,
  type SocketFileOptions,
} from './listen.ts'
export {
  type AcceptedSocket,
  SocketServer,
  type SocketServerOptions,
  type SocketServerStats,
  type SocketWork,
} from './socket-server.ts'
export { SocketTransport } from './socket-transport.ts'
