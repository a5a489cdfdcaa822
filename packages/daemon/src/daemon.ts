import type { LoadedSettings, Settings } from '@postern/settings'
import type { DnsOpener } from './dns.ts'
import type { FilterOpener } from './open-filter.ts'

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly settings: Settings
  /** The file the settings came from, if any: relative paths count from it. */
  readonly configPath?: string | undefined
  /** Overrides [log] format. */
  readonly log?: 'text' | 'json' | undefined
  /** Reads the settings again, for `reload`. */
  readonly reload?: (() => LoadedSettings) | undefined
  /** Daemons of one process share their DNS cache. By default each has its own. */
  readonly openDns?: DnsOpener | undefined
  /** Daemons of one process share the filter and its store. By default each opens its own. */
  readonly openFilter?: FilterOpener | undefined
}

/** A running daemon. */
export interface Daemon {
  /** Where it really listens: the kernel's choice for port 0. */
  readonly addresses: readonly string[]
  /** Rereads settings and what they name; mistakes leave the old ones in force and are logged. */
  reload(): void
  /** An error that nothing else has caught: logged with its stack and counted; the daemon goes on answering. */
  noteBug(error: unknown): void
  /** Finishes what is in flight, writes everything down, ends. */
  close(): Promise<void>
}

export type StartedDaemon =
  | { readonly ok: true; readonly daemon: Daemon }
  /** A sentence for the administrator, e.g. that the port is in use. */
  | { readonly ok: false; readonly message: string }

/** One of our daemons, as what starts it sees it. */
export interface DaemonKind {
  /** Its table in postern.toml. */
  readonly table: 'policy' | 'milter' | 'spamd'
  /** The sentence for the administrator when it cannot be run in several processes under these settings. */
  processesProblem?(settings: Settings): string | undefined
  start(options: DaemonOptions): Promise<StartedDaemon>
}
