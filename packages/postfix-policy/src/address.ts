// Where a policy server listens or a client connects: TCP or a UNIX socket, written as Postfix's admins write it.

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

export type ListenAddressErrorCode =
  | 'empty'
  | 'no-port'
  | 'bad-port'
  | 'bad-host'
  | 'relative-path'
  | 'path-too-long'

export type ParsedListenAddress =
  | { readonly ok: true; readonly value: ListenAddress }
  | { readonly ok: false; readonly error: { readonly code: ListenAddressErrorCode; readonly at: number } }

export declare function parseListenAddress(text: string): ParsedListenAddress
export declare function formatListenAddress(address: ListenAddress): string
