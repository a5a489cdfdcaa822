// The other end of the protocol: asks a policy server as Postfix does. For tests, tools and replays.

import type { ParsedAction } from './action.ts'
import type { ListenAddress } from './address.ts'

export type AskErrorCode = 'connect-failed' | 'closed' | 'timeout' | 'bad-answer'

export type Asked =
  | { readonly ok: true; readonly text: string; readonly action: ParsedAction }
  | { readonly ok: false; readonly error: { readonly code: AskErrorCode; readonly message: string } }

export interface PolicyClient {
  /** Sends one request and gives its answer. Several at once go out in order on one connection. Never rejects. */
  ask(attributes: Readonly<Record<string, string>>): Promise<Asked>
  close(): Promise<void>
}

export declare function createPolicyClient(
  address: ListenAddress,
  options?: { readonly timeoutMs?: number },
): PolicyClient
