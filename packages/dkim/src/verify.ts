import type { Verification } from './result.ts'
import { createVerifier, type VerifyOptions } from './verifier.ts'

/** The bytes of a message: at once, or in chunks cut anywhere. A stream of Node is an AsyncIterable. */
export type MessageInput = Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** What takes a message in chunks. */
interface Taker<T> {
  write(chunk: Uint8Array): void
  end(): T
}

/** Hands a message over and gives what the taker makes of it. Rejects only when reading the input fails. */
export async function takeMessage<T>(message: MessageInput, taker: Taker<T>): Promise<Awaited<T>> {
  if (message instanceof Uint8Array) taker.write(message)
  else for await (const chunk of message) taker.write(chunk)
  return await taker.end()
}

/**
 * Verifies the signatures of a message, RFC 6376 §6. Trouble with keys, the DNS and the message is told in the results; the
 * promise rejects when the input does.
 */
export const verify = (message: MessageInput, options: VerifyOptions): Promise<Verification> =>
  takeMessage(message, createVerifier(options))
