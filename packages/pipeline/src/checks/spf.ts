// The SPF check: what is evaluated is in spf-evaluation.ts, what that leads to in spf-policy.ts.
import { formatSpfReply, parseSpfTemplate, type SpfReplyOptions, type SpfResult } from '@postern/spf'
import { defineCheck } from '../check.ts'
import { shareByMessage } from '../share-by-message.ts'
import type { Subject } from '../subject.ts'
import { noVerdict, octetsOfPostfix, type Verdict } from '../verdict.ts'
import { createSpfEvaluation } from './spf-evaluation.ts'
import { describeSpf, type SpfEvaluated, type SpfFinding } from './spf-finding.ts'
import { createSpfHeader } from './spf-header.ts'
import { SpfPolicy, type SpfRefusal } from './spf-policy.ts'
import { spfSettings } from './spf-settings.ts'

export const spf = defineCheck({
  name: 'spf',
  settings: spfSettings,
  runsForAuthenticated: true,
  create(settings, ports) {
    const policy = new SpfPolicy(settings)
    const headerOf = createSpfHeader(settings, ports)
    const template = settings.text === '' ? undefined : parseSpfTemplate(settings.text)
    const isEnforced = settings.mode === 'enforce'

    const refuse = (
      { identity, result }: SpfRefusal,
      subject: Subject,
      situation?: SpfReplyOptions['situation'],
    ): Verdict => {
      const reply = formatSpfReply(result, {
        identity,
        sender: subject.sender,
        helo: subject.helo,
        situation,
        quotesExplanation: settings.explanation,
        template: template?.ok ? template.value : undefined,
        url: settings.url,
        reservedOctets: octetsOfPostfix(subject),
      })
      return { kind: 'reply', ...reply }
    }

    /** Mail that passes may be handed to a restriction class, unless its HELO name is refused. */
    const restrictionOn = ({ helo, mailFrom }: SpfEvaluated): string => {
      if (mailFrom?.result === 'pass' && settings.mail_from_pass_restriction !== '')
        return settings.mail_from_pass_restriction
      return helo?.result === 'pass' ? settings.helo_pass_restriction : ''
    }

    const judgeEvaluated = (finding: SpfEvaluated, subject: Subject): Verdict => {
      const refusal = policy.refusalOf(finding)
      const restriction = refusal?.identity === 'helo' ? '' : restrictionOn(finding)
      if (restriction !== '') return { kind: 'restriction', names: restriction }
      if (refusal === undefined || policy.isLenientFor(subject.recipient)) return noVerdict
      return refuse(refusal, subject, finding.isDoubtful ? 'doubt' : undefined)
    }

    const judgeOutgoing = (results: readonly SpfResult[], subject: Subject): Verdict => {
      const result = settings.outbound_reject ? results.find(({ result }) => result === 'fail') : undefined
      return result === undefined ? noVerdict : refuse({ identity: 'mailfrom', result }, subject, 'outbound')
    }

    return {
      run: shareByMessage(createSpfEvaluation(settings, policy, ports)),
      judge(finding: SpfFinding, subject): Verdict {
        if (!isEnforced) return noVerdict
        if (finding.kind === 'evaluated') return judgeEvaluated(finding, subject)
        return finding.kind === 'outgoing' ? judgeOutgoing(finding.results, subject) : noVerdict
      },
      header: headerOf,
      describe(finding: SpfFinding): string {
        const said = describeSpf(finding)
        if (isEnforced || finding.kind !== 'evaluated') return said
        const refusal = policy.refusalOf(finding)
        if (refusal === undefined) return said
        const isForNow = finding.isDoubtful || refusal.result.result === 'temperror'
        return `${isForNow ? 'would-defer' : 'would-refuse'}:${said}`
      },
    }
  },
})
