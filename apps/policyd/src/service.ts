// From settings to something that answers requests.

import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Log } from '@postern/daemon'
import { createFailureLog, type DnsOpener, type FailureLog } from '@postern/daemon'
import { createGreylist, formatPostgreyLog, type Greylist, type GreylistStore } from '@postern/greylist'
import { checks, createPipeline, findingOf, type Outcome, type Subject } from '@postern/pipeline'
import type { Action, PolicyRequest } from '@postern/postfix-policy'
import type { Settings } from '@postern/settings'
import { createDecider } from './decider.ts'
import { greylistRules, identityRules } from './greylist-settings.ts'
import { type ListWarning, readLists } from './lists.ts'
import { createPorts } from './ports.ts'

export interface ServiceParts {
  readonly settings: Settings
  readonly store: GreylistStore
  readonly directory: string
  readonly log: Log
}

/** What answers requests under one set of settings. A reload makes a new one over the same store. */
export interface Service {
  handle(request: PolicyRequest): Promise<Action>
  readonly greylist: Greylist
  readonly failures: FailureLog
  /** Ends what this service opened itself: its resolver. */
  close(): void
}

export function createService(parts: ServiceParts & { readonly openDns: DnsOpener }): Service {
  const { settings, log } = parts
  const dns = parts.openDns(settings)
  const greylist = createConfiguredGreylist(parts)
  const pipeline = createPipeline({
    checks,
    settings,
    onError: settings.policy.on_error,
    ports: createPorts(settings, { dns, greylist }),
  })
  const failures = createFailureLog(log)
  const onOutcome = settings.greylist.postgrey_log ? postgreyLogger(log) : undefined
  return {
    handle: createDecider({ pipeline, log, failures, onOutcome }),
    greylist,
    failures,
    close: () => dns.close(),
  }
}

/** The greylist of the settings, its lists read. Also used by the command line, so that both say the same. */
export function createConfiguredGreylist({ settings, store, directory, log }: ServiceParts): Greylist {
  const greylist = createGreylist({
    store,
    rules: greylistRules(settings),
    identity: identityRules(settings),
    ...(settings.greylist.privacy && { digest: keyedDigest(directory) }),
  })
  const { lists, warnings } = readLists(settings.greylist)
  greylist.setLists(lists)
  for (const warning of warnings) logListWarning(log, warning)
  return greylist
}

function logListWarning(log: Log, warning: ListWarning): void {
  const { file } = warning
  if (warning.kind === 'unreadable') log.write('warn', 'list', ['file', file, 'problem', warning.message])
  else {
    const { line, code, text } = warning.problem
    log.write('warn', 'list', ['file', file, 'line', line, 'problem', code, 'text', text])
  }
}

/**
 * A digest under a key that stays in the state directory, so that all our processes make the same one. The key is read when it is
 * first needed: where it cannot be, the check breaks and says so, as with a store that cannot be opened.
 */
function keyedDigest(directory: string): (text: string) => string {
  let key: Buffer | undefined
  return (text) => {
    key ??= readOrMakeKey(directory)
    return createHmac('sha256', key).update(text).digest('base64url').slice(0, 27)
  }
}

function readOrMakeKey(directory: string): Buffer {
  const file = path.join(directory, 'privacy.key')
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true, mode: 0o750 })
    // Written aside and linked, so that no other process finds half a key; the first to link has made the key of all.
    const own = `${file}.${process.pid}`
    writeFileSync(own, randomBytes(32).toString('hex'), { mode: 0o600 })
    try {
      linkSync(own, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      unlinkSync(own)
    }
  }
  return readFileSync(file)
}

const unsafeInLine = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g

function postgreyLogger(log: Log): (subject: Subject, outcome: Outcome) => void {
  return (subject, outcome) => {
    const decision = findingOf(outcome, 'greylist')
    if (decision?.result !== 'pass' && decision?.result !== 'defer') return
    const facts = {
      queueId: subject.queueId,
      clientName: subject.client.name ?? 'unknown',
      clientAddress: subject.client.addressText,
      sender: subject.sender,
      recipient: subject.recipient,
    }
    // Not quoted, as the tools that read it expect; so what could act on a terminal or end a line is taken out.
    log.write('info', formatPostgreyLog(decision, facts).replaceAll(unsafeInLine, '?'))
  }
}
