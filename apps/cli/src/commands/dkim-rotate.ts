import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Dns } from '@postern/daemon'
import { createResolver } from '@postern/dns/node'
import type { Settings } from '@postern/settings'
import { findSettings } from '@postern/settings/file'
import {
  complain,
  configOption,
  defineCommand,
  dnsOption,
  type ExitStatus,
  exit,
  jsonOption,
  printJson,
} from '../command.ts'
import { readDomain } from '../dkim-names.ts'
import { isOpen } from '../dkim-rotation.ts'
import {
  formatRotation,
  formatRotationStatus,
  jsonOfRotation,
  type RotationAnswer,
} from '../dkim-rotation-answer.ts'
import { loadRotations } from '../dkim-rotation-file.ts'
import type { LookOptions } from '../dkim-rotation-look.ts'
import {
  type RotateValues,
  type RotationPlan,
  readRotationPlan,
  rotationOptions,
} from '../dkim-rotation-request.ts'
import { passOver } from '../dkim-rotation-run.ts'
import { type RotationUnit, rotationUnits } from '../dkim-rotation-unit.ts'
import { keysOfSettings } from '../dkim-settings-keys.ts'
import { openDnsAt } from '../dns-access.ts'
import type { CliIo } from '../io.ts'

export const dkimRotate = defineCommand({
  arguments: [],
  options: {
    ...rotationOptions,
    status: { type: 'boolean', summary: 'only say how things stand' },
    abort: { type: 'boolean', summary: 'give up a rotation whose new key is not in use yet' },
    'dry-run': { type: 'boolean', summary: 'only say what would be done' },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Replaces a key of the settings by a new one, without a moment in which mail is signed with a key that the DNS does not serve. Run
it again and again, by hand or by cron: each run goes as far as reality allows and says what it did, what it waits for and
what is to be done. First it makes a key and prints the record to publish. When every name server of the zone serves that record,
it makes the key table (or postern.toml) name the new key, and has the milter reload. The old key stays in the DNS for
the grace time, and then its record is to be emptied, which is checked too.
Without --domain or --key it goes on with what is under way. States are kept in dkim-rotation.json beside the keys.
Exit status: 0 nothing to do now, 1 something failed, 2 a mistake on the command line or in the settings, 3 it waits for the
DNS or for you.`,
  examples: [
    'dkim rotate -d example.org --reload "systemctl reload postern"',
    'dkim rotate --reload "systemctl reload postern"',
    'dkim rotate --key main --every 180 --wait',
    'dkim rotate --status',
  ],
  async run({ options }, io) {
    const found = findSettings(options.config, io.cwd)
    if (!found.ok) {
      for (const message of found.messages) complain(io, message)
      return exit.usage
    }
    const { settings, path: settingsFile } = found
    const chosen = chooseUnits(options, { settings, settingsFile, cwd: io.cwd })
    if (!chosen.ok) return complain(io, chosen.message)
    if (options.status) return showStatus(chosen.units, options, io)
    const read = readRotationPlan(options, chosen.units)
    if (!read.ok) return complain(io, read.message)
    const opened = openDnsAt(settings, options.dns)
    if (!opened.ok) return complain(io, opened.message)
    try {
      const look = lookOptions(opened.dns, settings, read.plan)
      const pass = async () => {
        const again = chooseUnits(options, {
          settings: readAgain(options.config, io) ?? settings,
          settingsFile,
          cwd: io.cwd,
        })
        const units = again.ok ? again.units : chosen.units
        return passOver(units, read.plan.wish, {
          ...read.plan.work,
          look,
          now: io.now(),
          selectors: chosen.selectors,
        })
      }
      return await repeat(pass, { ...read.plan, isJson: options.json === true, io })
    } finally {
      opened.dns.close()
    }
  },
})

interface Surroundings {
  readonly settings: Settings
  readonly settingsFile: string | undefined
  readonly cwd: string
}

type Chosen =
  | { readonly ok: true; readonly units: readonly RotationUnit[]; readonly selectors: ReadonlySet<string> }
  | { readonly ok: false; readonly message: string }

const readAgain = (config: string | undefined, io: CliIo): Settings | undefined => {
  const found = findSettings(config, io.cwd)
  return found.ok ? found.settings : undefined
}

function chooseUnits(options: RotateValues, { settings, settingsFile, cwd }: Surroundings): Chosen {
  const directory = settingsFile === undefined ? cwd : path.dirname(settingsFile)
  const found = keysOfSettings(settings, directory)
  if (!found.ok) return found
  const all = rotationUnits(found.keys, settingsFile)
  const domain = options.domain === undefined ? undefined : readDomain(options.domain)
  if (domain?.ok === false) return domain
  const units = all
    .filter(({ domains }) => domain === undefined || domains.includes(domain.name))
    .filter(({ id }) => options.key === undefined || id === options.key)
  if (units.length > 0)
    return { ok: true, units, selectors: new Set(found.keys.map(({ selector }) => selector)) }
  if (all.length === 0)
    return { ok: false, message: 'the settings have no key in a file ([signing] key_file, key_table)' }
  const known = all.map(({ id, domains }) => `${id} (${domains.join(', ')})`).join(', ')
  return { ok: false, message: `the settings have no such key; there are: ${known}` }
}

async function showStatus(
  units: readonly RotationUnit[],
  { json }: RotateValues,
  io: CliIo,
): Promise<ExitStatus> {
  const answers: RotationAnswer[] = []
  for (const unit of units) {
    const loaded = loadRotations(unit.stateFile)
    if (!loaded.ok) return complain(io, loaded.message, exit.failed)
    const rotation = loaded.rotations.find(({ id }) => id === unit.id)
    const { id, domains, selector, namedIn } = unit
    const rest = { events: [], waiting: 'nothing', hasFailed: false, lines: [], isDry: false } as const
    answers.push({ id, domains, selector, namedIn, rotation, ...rest, reloadCommand: undefined })
  }
  if (json) await printJson(io, { status: exit.ok, rotations: answers.map(jsonOfRotation) })
  else await io.stdout.write(answers.map(formatRotationStatus).join('\n'))
  return exit.ok
}

const lookOptions = (
  { resolver }: Dns,
  { dns }: Settings,
  { servers, ignoresUnreachable }: RotationPlan,
): LookOptions => ({
  resolver,
  open: (server) =>
    createResolver({ servers: [server], attemptTimeoutMs: dns.timeout_ms, attempts: dns.attempts }),
  servers,
  ignoresUnreachable,
})

interface Telling extends RotationPlan {
  readonly isJson: boolean
  readonly io: CliIo
}

/** Passes until nothing waits for the DNS any more, or once. */
async function repeat(
  pass: () => ReturnType<typeof passOver>,
  { isWaiting, intervalMs, isJson, io }: Telling,
): Promise<ExitStatus> {
  let told = ''
  for (;;) {
    const passed = await pass()
    if (!passed.ok) return complain(io, passed.message, exit.failed)
    const { answers } = passed
    const status = statusOf(answers)
    const text = answers.map(formatRotation).join('\n')
    const goesOn = isWaiting && answers.some(({ waiting }) => waiting === 'dns')
    if (!isJson && text !== told) await io.stdout.write(text)
    told = text
    if (goesOn) await setTimeout(intervalMs)
    else {
      if (isJson) await printJson(io, { status, rotations: answers.map(jsonOfRotation) })
      return status
    }
  }
}

function statusOf(answers: readonly RotationAnswer[]): ExitStatus {
  if (answers.some(({ hasFailed }) => hasFailed)) return exit.failed
  const isHeld = ({ waiting, rotation }: RotationAnswer) =>
    isOpen(rotation) && (waiting === 'dns' || waiting === 'person')
  return answers.some(isHeld) ? exit.temporary : exit.ok
}
