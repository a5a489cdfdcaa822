// What the command line of `postern dkim rotate` asks for.

import { parseServer } from '@postern/dns'
import { domainOption, readSelector } from './dkim-names.ts'
import type { RotationWish } from './dkim-rotation-run.ts'
import type { RotationUnit } from './dkim-rotation-unit.ts'
import type { WorkOptions } from './dkim-rotation-work.ts'
import { parseNumberOption } from './option-number.ts'

const beginOptions = {
  ...domainOption,
  key: {
    type: 'string',
    short: 'k',
    value: 'NAME',
    summary: 'name of the key in the key table, or key_file, ed25519_key_file',
  },
  start: { type: 'boolean', summary: 'begin another rotation where one has been finished' },
  every: { type: 'string', value: 'DAYS', summary: 'begin a rotation when the key is so old: for cron' },
  selector: {
    type: 'string',
    short: 's',
    value: 'SELECTOR',
    summary: 'of the new key; else the month, "202611"',
  },
  bits: { type: 'string', short: 'b', value: 'N', summary: 'of a new RSA key; else as now, 2048 at least' },
} as const

const goOnOptions = {
  reload: {
    type: 'string',
    value: 'COMMAND',
    summary: 'has the milter read its settings, e.g. "systemctl reload postern"',
  },
  reloaded: { type: 'boolean', summary: 'the milter has read its settings' },
  grace: {
    type: 'string',
    value: 'DAYS',
    summary: 'how long the old key stays; else 5, or its TTL if that is longer',
  },
  wait: { type: 'boolean', summary: 'ask the DNS again and again until it is as it has to be' },
  interval: { type: 'string', value: 'SECONDS', summary: 'between two such questions; else 60' },
  'dns-servers': {
    type: 'string',
    value: 'LIST',
    summary: "servers to ask in place of the zone's own, with commas between them",
  },
  'ignore-unreachable': { type: 'boolean', summary: 'servers that do not answer do not count' },
} as const

export const rotationOptions = { ...beginOptions, ...goOnOptions } as const

/** The options as given. */
export interface RotateValues {
  readonly domain?: string | undefined
  readonly key?: string | undefined
  readonly start?: boolean | undefined
  readonly every?: string | undefined
  readonly selector?: string | undefined
  readonly bits?: string | undefined
  readonly reload?: string | undefined
  readonly reloaded?: boolean | undefined
  readonly grace?: string | undefined
  readonly wait?: boolean | undefined
  readonly interval?: string | undefined
  readonly 'dns-servers'?: string | undefined
  readonly 'ignore-unreachable'?: boolean | undefined
  readonly abort?: boolean | undefined
  readonly 'dry-run'?: boolean | undefined
  readonly json?: boolean | undefined
}

export interface RotationPlan {
  readonly wish: RotationWish
  readonly work: Omit<WorkOptions, 'look' | 'now' | 'selectors'>
  readonly servers: readonly string[] | undefined
  readonly ignoresUnreachable: boolean
  readonly isWaiting: boolean
  readonly intervalMs: number
}

export type ReadPlan =
  | { readonly ok: true; readonly plan: RotationPlan }
  | { readonly ok: false; readonly message: string }

export function readRotationPlan(options: RotateValues, units: readonly RotationUnit[]): ReadPlan {
  const refuse = (message: string): ReadPlan => ({ ok: false, message })
  const isNamed = options.domain !== undefined || options.key !== undefined
  const every = parseNumberOption('every', options.every, { max: 36_500 })
  if (!every.ok) return every
  const bits = parseNumberOption('bits', options.bits, { max: 8192, isWhole: true })
  if (!bits.ok) return bits
  if (bits.value !== undefined && bits.value < 1024) return refuse('--bits is 1024 at least (RFC 8301)')
  const grace = parseNumberOption('grace', options.grace, { max: 365 })
  if (!grace.ok) return grace
  const interval = parseNumberOption('interval', options.interval, { max: 86_400 })
  if (!interval.ok) return interval
  const selector = options.selector === undefined ? undefined : readSelector(options.selector)
  if (selector?.ok === false) return selector
  if (selector !== undefined && units.length > 1)
    return refuse('--selector is for one key: say which with --key')
  if ((options.start || options.abort) && !isNamed) return refuse('say which key: --domain or --key')
  if (options.abort && (options.start || options.every !== undefined)) return refuse('--abort begins nothing')
  if (options.reload !== undefined && options.reloaded)
    return refuse('--reload and --reloaded exclude each other')
  const servers = options['dns-servers']?.split(',').map((server) => server.trim())
  const bad = servers?.find((server) => !parseServer(server).ok)
  if (bad !== undefined)
    return refuse(`--dns-servers is a list of addresses such as 192.0.2.53, not "${bad}"`)
  return {
    ok: true,
    plan: {
      wish: {
        isNamed,
        isStart: options.start === true,
        everyDays: every.value,
        isAbort: options.abort === true,
      },
      work: {
        graceDays: grace.value,
        reloadCommand: options.reload,
        isReloaded: options.reloaded === true,
        isDry: options['dry-run'] === true,
        bits: bits.value,
        selector: selector?.name,
      },
      servers,
      ignoresUnreachable: options['ignore-unreachable'] === true,
      isWaiting: options.wait === true && options['dry-run'] !== true,
      intervalMs: (interval.value ?? 60) * 1000,
    },
  }
}
