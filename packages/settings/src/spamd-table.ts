// The table of the daemon that answers spamc: [spamd].

import { z } from 'zod'
import { connectionSettings, listenSetting, socketSettings } from './socket-settings.ts'

export const spamd = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Run the daemon that answers spamc.'),
    listen: listenSetting(783, 'Anybody who can connect can have mail scored').describe(
      'Where spamc reaches the daemon: "host:port", "[::1]:port" or "unix:/path/to/socket" (spamc -U), any number of them. Anybody who can connect can have mail scored, so keep to loopback and to sockets. 783 is where spamc looks; ports below 1024 need privileges (CAP_NET_BIND_SERVICE).',
    ),
    processes: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('Processes that share the sockets and what was learned.'),
    ...socketSettings,
    allow_tell: z
      .boolean()
      .default(false)
      .describe(
        'Learn from spamc -L spam, ham and forget (and -C report, revoke, which go to no network). Whoever can connect can then teach the filter.',
      ),
    max_message_octets: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(268_435_456)
      .describe(
        'Longer messages are refused, which spamc takes for a reason to pass them on as they are. The default is the most that spamc can be told to send (-s); without -s it sends 512,000.',
      ),
    max_held_octets: z
      .int()
      .min(65_536)
      .max(17_179_869_184)
      .default(268_435_456)
      .describe(
        'Octets of messages that one process holds at once; clients beyond it wait. A single message is always taken.',
      ),
    idle_timeout_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(60)
      .describe(
        'A connection on which nothing moves for so long is closed; 0: never. A request has 300 s to arrive in any case.',
      ),
    ...connectionSettings,
    max_connections: connectionSettings.max_connections.describe(
      'Connections open at once; further ones are closed at once, and spamc passes their mail on as it is.',
    ),
    bogosity_header: z
      .boolean()
      .default(false)
      .describe('Add X-Bogosity, as bogofilter writes it, for rules that look for it.'),
  })
  .describe('The daemon for spamc: scores mail in the place of SpamAssassin (content_filter).')
