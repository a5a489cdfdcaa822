// What a score does to a message: fields, the subject, a refusal.

import { requiredPoints, type Score, type SpamField, spamFields } from '@postern/bayes'
import type { MilterMessage } from '@postern/milter/server'
import type { MessageVerdict } from '@postern/pipeline'
import type { Settings } from '@postern/settings'
import { fillTemplate, fitReply, parseTemplate } from '@postern/smtp-reply'
import type { Mail } from './mail.ts'
import type { SpamFinding } from './spam-stage.ts'

export interface SpamWords {
  /** Deletes what others have said in our place, and puts our fields on top. */
  write(message: MilterMessage<Mail>, finding: SpamFinding): void
  verdict(finding: SpamFinding, queueId: string): MessageVerdict
}

const accepted: MessageVerdict = { kind: 'accept' }
const placeholders = ['queue_id', 'host'] as const

/** `program`: with its version; `hostName`: who says so. */
export function createSpamWords(
  { spam }: Settings,
  { program, hostName }: { readonly program: string; readonly hostName: string },
): SpamWords {
  const template = parseTemplate(spam.refusal_text, placeholders)
  const refusal = (code: 550 | 451, queueId: string): MessageVerdict => {
    const text = template.ok ? fillTemplate(template.value, { queue_id: queueId, host: hostName }) : ''
    return { kind: 'reply', ...fitReply({ code, enhanced: code === 550 ? '5.7.1' : '4.7.1', text }) }
  }

  const fieldsFor = (finding: SpamFinding): readonly SpamField[] => {
    if (finding.kind === 'not-scored')
      return spam.headers === 'all' ? [{ name: 'X-Spam-Status', value: unscored }] : []
    const isTagged = finding.action !== 'none'
    if (spam.headers === 'none' || (spam.headers === 'spam' && !isTagged)) return []
    return spamFields(toldScore(finding.score, isTagged), {
      spamThreshold: finding.tagAt,
      program,
      hostName,
      bogosity: spam.bogosity_header,
      reasons: spam.reasons,
    })
  }

  return {
    write(message, finding) {
      for (const { name, occurrence } of message.state.forgedSpamFields)
        message.deleteHeader(name, occurrence)
      // The topmost is inserted last.
      for (const { name, value } of [...fieldsFor(finding)].reverse())
        message.insertHeader(0, name, ` ${value}`)
      if (finding.kind === 'scored' && finding.action !== 'none' && spam.subject_tag !== '')
        tagSubject(message, spam.subject_tag)
    },
    verdict(finding, queueId) {
      if (finding.kind === 'not-scored') return spam.on_error === 'accept' ? accepted : notNow
      switch (finding.action) {
        case 'none':
        case 'tag':
          return accepted
        case 'quarantine':
          return { kind: 'quarantine', reason: 'looks like spam' }
        case 'defer':
          return refusal(451, queueId)
        case 'reject':
          return refusal(550, queueId)
      }
    },
  }
}

const unscored = `No, score=0.0 required=${requiredPoints.toFixed(1)} tests=none not scored: the filter does not answer`

const notNow: MessageVerdict = {
  kind: 'reply',
  code: 451,
  enhanced: '4.3.0',
  text: 'This message cannot be looked at now, please try again later',
}

/** For these recipients it is spam or not, whatever it is for others. */
const toldScore = (score: Score, isTagged: boolean): Score =>
  isTagged === (score.verdict === 'spam') ? score : { ...score, verdict: isTagged ? 'spam' : 'unsure' }

function tagSubject(message: MilterMessage<Mail>, tag: string): void {
  const { state: mail } = message
  // A signature of ours covers the subject.
  if (mail.isOurs) return
  const subject = mail.firstField('subject')
  if (subject === undefined) message.addHeader('Subject', ` ${tag}`)
  else if (!subject.trimStart().startsWith(tag))
    message.changeHeader('Subject', 1, ` ${tag} ${subject.trimStart().replaceAll('\r\n', '\n')}`)
}
