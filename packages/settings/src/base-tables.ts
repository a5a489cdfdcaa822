// The tables of postern.toml that belong to no check. A new daemon's table is one more object here and one row in
// `baseTables`; types, loader, reference and sample follow.

import { parseServer } from '@postern/dns'
import { hostNameSetting, networkSetting } from '@postern/pipeline'
import { z } from 'zod'
import { dkim, milter, signing } from './milter-tables.ts'
import { connectionSettings, listenSetting, socketSettings } from './socket-settings.ts'
import { bayes, spam } from './spam-tables.ts'
import { spamd } from './spamd-table.ts'

const dnsServer = z.string().refine((text) => parseServer(text).ok, {
  error: 'must be an address such as "192.0.2.53", "127.0.0.1:5353" or "[::1]:5353"',
})

const policy = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Run the policy daemon.'),
    listen: listenSetting(10_023, 'Anybody who can connect can ask'),
    processes: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe(
        'Processes that share the sockets and the store. One answers some 15,000 requests a second; more help where that is not enough and there are cores to spare. Each takes some 100 MB and has a DNS cache of its own.',
      ),
    ...socketSettings,
    on_error: z
      .enum(['dunno', 'defer'])
      .default('dunno')
      .describe(
        'What becomes of mail when a check breaks (full disk, a bug): "dunno" lets Postfix go on as if we were not there, "defer" asks the sender to try again later.',
      ),
    idle_timeout_seconds: z
      .int()
      .min(0)
      .max(86_400)
      .default(3600)
      .describe(
        'A connection that asks nothing for so long is closed; 0: never. Postfix closes its own after 300 s (max_idle).',
      ),
    ...connectionSettings,
    host_name: hostNameSetting
      .optional()
      .meta({ examples: ['mx.example.org'] })
      .describe("The name of this host in headers. Without it, the system's."),
    own_names: z
      .array(hostNameSetting)
      .default([])
      .describe('Names that only our own servers may claim to be, besides the name of this host.'),
    own_networks: z
      .array(networkSetting)
      .default([])
      .describe('Addresses and networks of our own servers, e.g. "192.0.2.0/24".'),
  })
  .describe('The policy daemon: Postfix asks it about each recipient (check_policy_service).')

const dns = z
  .strictObject({
    servers: z
      .array(dnsServer)
      .default([])
      .describe(
        'Name servers to ask, e.g. "127.0.0.1" or "127.0.0.1:5353". Empty: those of /etc/resolv.conf. A resolver with a cache on this host is best.',
      ),
    timeout_ms: z
      .int()
      .min(50)
      .max(30_000)
      .default(2000)
      .describe('How long one server has for one answer, before the next is asked.'),
    attempts: z.int().min(1).max(5).default(2).describe('How often each server is asked.'),
    message_deadline_ms: z
      .int()
      .min(100)
      .max(60_000)
      .default(20_000)
      .describe(
        'All questions about one message together may take this long; what is unknown then counts as trouble in the DNS. RFC 7208 wants 20 s at least for SPF; Postfix waits 100 s for us.',
      ),
    cache_entries: z
      .int()
      .min(0)
      .max(10_000_000)
      .default(40_000)
      .describe('Answers kept in memory for as long as their TTL allows; 0: none.'),
  })
  .describe('How names are looked up.')

const store = z
  .strictObject({
    kind: z
      .enum(['lmdb', 'memory'])
      .default('lmdb')
      .describe(
        '"lmdb" keeps its records on disk, shared by all our processes; "memory" forgets them at the end.',
      ),
    directory: z
      .string()
      .min(1)
      .optional()
      .meta({ examples: ['/var/lib/postern'] })
      .describe(
        'Where records are kept; a path that does not begin with / counts from this file. Without it, the state directory that systemd gives us, else .postern in a checkout of the sources, else /var/lib/postern.',
      ),
  })
  .describe('Where state is kept.')

const log = z
  .strictObject({
    format: z
      .enum(['text', 'json'])
      .default('text')
      .describe('"text" is key=value on one line; "json" is one JSON object on each line.'),
    level: z
      .enum(['error', 'warn', 'info', 'debug'])
      .default('info')
      .describe('What is logged: each level includes those before it. Decisions are "info".'),
    destination: z
      .string()
      .regex(
        /^(stdout|stderr|syslog|\/.+)$/,
        'must be "stdout", "stderr", "syslog" or the absolute path of a file',
      )
      .optional()
      .meta({ examples: ['/var/log/postern.log'] })
      .describe(
        '"stdout", "stderr", "syslog" (the mail facility, through logger), or the path of a file, which SIGHUP opens anew. Without it, stdout for a daemon, syslog under spawn(8), where the standard streams belong to Postfix.',
      ),
  })
  .describe('What is logged, and where.')

/** In the order of the reference and the sample. */
export const baseTables = [
  { name: 'policy', settings: policy },
  { name: 'dns', settings: dns },
  { name: 'store', settings: store },
  { name: 'log', settings: log },
  { name: 'milter', settings: milter },
  { name: 'dkim', settings: dkim },
  { name: 'signing', settings: signing },
  { name: 'spamd', settings: spamd },
  { name: 'bayes', settings: bayes },
  { name: 'spam', settings: spam },
] as const
