// From settings to what handles messages. A reload makes a new service; messages under way end with the old one.

import path from 'node:path'
import type { BayesFilter } from '@postern/bayes'
import {
  createFailureLog,
  type Dns,
  type DnsOpener,
  type FailureLog,
  hostOf,
  type Log,
} from '@postern/daemon'
import { createKeyCache } from '@postern/dkim'
import { createSpfReport } from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import { forgedResultsTest } from './forged-results.ts'
import { createTeacher, type Taught } from './mail-teacher.ts'
import { createPublishedCheck } from './published-keys.ts'
import { createSigningSetup } from './signing-setup.ts'
import { createSpamWords } from './spam-header.ts'
import { createSpamStage } from './spam-stage.ts'
import { version } from './version.ts'

export interface ServiceParts {
  readonly settings: Settings
  readonly configPath: string | undefined
  readonly log: Log
  readonly openDns: DnsOpener
  /** The filter; opened when it is first asked for. */
  filter(): BayesFilter
}

/** What messages are handled with under one set of settings. */
export type Service = ReturnType<typeof createService>

export function createService({ settings, configPath, log, openDns, filter }: ServiceParts) {
  const dns: Dns = openDns(settings)
  const failures: FailureLog = createFailureLog(log)
  const host = hostOf(settings, version)
  const authservId = settings.milter.authserv_id === '' ? host.name : settings.milter.authserv_id
  const directory = configPath === undefined ? process.cwd() : path.dirname(configPath)
  const signing = createSigningSetup({ settings, directory })
  for (const { file, line, problem } of signing.warnings)
    log.write('warn', 'signing', ['file', file, 'line', line, 'problem', problem])
  const { dkim, bayes } = settings
  const isTaught = bayes.learn_sent || bayes.learn_replies
  const onTaught = ({ queueId, why, user, result }: Taught) =>
    log.write('info', 'learned', [
      ...['queue_id', queueId, 'why', why, 'user', user],
      ...['as', 'ham', 'result', result],
    ])
  const parts = {
    settings,
    authservId,
    dns,
    failures,
    signing,
    isForged: forgedResultsTest(authservId, settings.milter.remove_authentication_results_of),
    keys: createKeyCache(),
    verifyLimits: { signatures: dkim.max_signatures },
    verifyRules: {
      minRsaBits: dkim.min_rsa_bits,
      bodyLength: dkim.body_length,
      clockDriftSeconds: dkim.clock_drift_seconds,
      requiredFields: [...new Set(['from', ...dkim.required_headers.map((name) => name.toLowerCase())])],
    },
    spfReport:
      settings.milter.spf && settings.spf.enabled
        ? createSpfReport(settings.spf, {
            resolver: dns.resolver,
            newBudget: dns.newBudget,
            host,
          })
        : undefined,
    isPublished: settings.signing.require_published ? createPublishedCheck(dns) : undefined,
    spam:
      settings.spam.enabled || isTaught
        ? createSpamStage({ settings, filter: filter(), failures })
        : undefined,
    spamWords: createSpamWords(settings, { program: `Postern ${version}`, hostName: host.name }),
    teacher: isTaught
      ? createTeacher({ settings, configPath, filter: filter(), failures, onTaught })
      : undefined,
  }
  return {
    ...parts,
    async close() {
      dns.close()
      await parts.teacher?.close()
    },
  }
}
