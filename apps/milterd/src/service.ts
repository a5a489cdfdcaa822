// From settings to what handles messages. A reload makes a new service; messages under way end with the old one.

import path from 'node:path'
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
import { createPublishedCheck } from './published-keys.ts'
import { createSigningSetup } from './signing-setup.ts'
import { version } from './version.ts'

export interface ServiceParts {
  readonly settings: Settings
  readonly configPath: string | undefined
  readonly log: Log
  readonly openDns: DnsOpener
}

/** What messages are handled with under one set of settings. */
export type Service = ReturnType<typeof createService>

export function createService({ settings, configPath, log, openDns }: ServiceParts) {
  const dns: Dns = openDns(settings)
  const failures: FailureLog = createFailureLog(log)
  const host = hostOf(settings, version)
  const authservId = settings.milter.authserv_id === '' ? host.name : settings.milter.authserv_id
  const directory = configPath === undefined ? process.cwd() : path.dirname(configPath)
  const signing = createSigningSetup({ settings, directory })
  for (const { file, line, problem } of signing.warnings)
    log.write('warn', 'signing', ['file', file, 'line', line, 'problem', problem])
  const { dkim } = settings
  return {
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
    close: () => dns.close(),
  }
}
