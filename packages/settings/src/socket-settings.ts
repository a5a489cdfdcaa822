// What every daemon's table says of its sockets and connections.

import { z } from 'zod'
import { isListenAddress } from './listen-address.ts'

const listenAddress = z.string().refine(isListenAddress, {
  error: 'must be "host:port", "[IPv6 address]:port" or "unix:/path/to/socket"',
})

/** `[…] listen`, with the default port of the daemon. */
export const listenSetting = (port: number, who: string) =>
  z
    .array(listenAddress)
    .min(1)
    .default([`127.0.0.1:${port}`])
    .describe(
      `Where Postfix reaches the daemon: "host:port", "[::1]:port" or "unix:/path/to/socket", any number of them. ${who}, so keep to loopback and to sockets.`,
    )

export const socketSettings = {
  socket_mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'must be a file mode in octal digits, such as "0660"')
    .default('0660')
    .describe('Permissions of UNIX sockets, in octal.'),
  socket_owner: z
    .string()
    .regex(/^[^:\s]*:?[^:\s]+$/, 'must be "user:group", "user" or ":group"')
    .optional()
    .meta({ examples: [':postfix'] })
    .describe(
      'Owner of UNIX sockets as "user:group", "user" or ":group". Without it they belong to whoever runs the daemon.',
    ),
}

export const connectionSettings = {
  max_connections: z
    .int()
    .min(1)
    .max(65_536)
    .default(4096)
    .describe('Connections open at once; further ones are closed at once, and Postfix tries again.'),
  shutdown_seconds: z
    .int()
    .min(0)
    .max(300)
    .default(10)
    .describe('How long requests in flight may take to finish when the daemon is told to stop.'),
}
