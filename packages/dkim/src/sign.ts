import type { ByteString } from '@postern/message'
import { createSigner, type SignOptions } from './signer.ts'
import { type MessageInput, takeMessage } from './verify.ts'

/**
 * Signs a message, RFC 6376 §5: the DKIM-Signature fields to put above it, in this order. They are raw, folded with CRLF and a tab,
 * without CRLF at their ends. Rejects when the input does, and with a TypeError for a request that cannot be.
 */
export const sign = async (message: MessageInput, options: SignOptions): Promise<readonly ByteString[]> =>
  takeMessage(message, createSigner(options))
