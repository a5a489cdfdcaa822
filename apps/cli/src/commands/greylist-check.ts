import { parseForwardPath, parseReversePath } from '@postern/addr'
import { identify } from '@postern/greylist'
import { type GreylistFinding, greylistDomain } from '@postern/pipeline'
import { identityRules } from '@postern/policyd'
import { clientOptions, formatClient } from '../client-option.ts'
import { complain, configOption, defineCommand, dnsOption, exit, jsonOption, printJson } from '../command.ts'
import { formatNetwork } from '../greylist-record.ts'
import { withGreylist } from '../greylist-store.ts'
import { printable } from '../text-table.ts'
import { withAnswer } from '../would-be-answer.ts'

export const greylistCheck = defineCommand({
  arguments: [],
  options: {
    ...clientOptions,
    sender: { type: 'string', value: 'ADDRESS', summary: 'sender; "<>": none' },
    recipient: { type: 'string', value: 'ADDRESS', summary: 'recipient' },
    ...dnsOption,
    ...jsonOption,
    ...configOption,
  },
  details: `
Says what the greylist would answer if this came now, from the records and lists as they are. Nothing is written: the question
does not count as an attempt. Exit status: 0 it passes, 3 it is deferred.`,
  examples: ['greylist check --client 192.0.2.7 --sender a@example.org --recipient bob@example.net'],
  async run({ options }, io) {
    const { sender, recipient } = options
    if (sender === undefined) return complain(io, '--sender is missing; "<>" is the null sender')
    if (recipient === undefined) return complain(io, '--recipient is missing')
    if (!parseReversePath(sender).ok)
      return complain(io, `--sender is an e-mail address or "<>", not "${sender}"`)
    if (!parseForwardPath(recipient).ok)
      return complain(io, `--recipient is an e-mail address, not "${recipient}"`)
    const delivery = { helo: '', sender: bare(sender), recipient: bare(recipient) }
    return withGreylist({ config: options.config, isReadOnly: true }, io, ({ settings, greylist }) => {
      const wouldBe = { check: 'greylist', settings, greylist, delivery, options } as const
      return withAnswer(wouldBe, io, async ({ client, finding, derived, reply }) => {
        const decision = finding as Decision
        const rules = identityRules(settings)
        const authenticatedDomain = greylistDomain(derived.authenticatedDomain, settings.greylist)
        const { address, name: confirmedName } = client
        const identity = identify({ address, confirmedName, authenticatedDomain }, rules).text
        const { enabled, mode } = settings.greylist
        if (options.json) await printJson(io, { ...decision, mode, identity, reply: reply ?? null })
        else {
          const who = `${printable(formatClient(client))}, known as ${printable(formatNetwork(identity, rules))}`
          await io.stdout.write(`${describeDecision(decision)}\nClient: ${who}\n`)
          if (reply)
            await io.stdout.write(`Reply: ${reply.code} ${reply.enhanced} ${printable(reply.text)}\n`)
        }
        if (!enabled) complain(io, '[greylist] enabled is false: the daemon delays nothing')
        else if (mode === 'observe' && decision.result === 'defer')
          complain(io, '[greylist] mode is "observe": the daemon only logs this')
        return decision.result === 'defer' ? exit.temporary : exit.ok
      })
    })
  },
})

const bare = (address: string): string => address.replace(/^<(.*)>$/, '$1')

/** What the greylist says about mail that is not our own users'. */
type Decision = Exclude<GreylistFinding, { result: 'outgoing' }>

function describeDecision(decision: Decision): string {
  if (decision.result === 'spf-pass')
    return 'Passes: SPF confirms the client, which is enough (skip_spf_pass).'
  if (decision.result === 'defer') {
    const { missingSeconds, reason } = decision
    const why = {
      new: 'never seen before',
      'early-retry': 'came back too early',
      'too-late': 'came back too late',
    }
    return `Deferred: ${why[reason]}; passes after ${missingSeconds} s.`
  }
  const why: Record<typeof decision.reason, string> = {
    waited: 'has waited long enough',
    'passed-before': 'has passed before',
    'client-passes': 'the client has passed often enough',
    paused: 'the greylist is paused for this recipient',
    'known-sender': 'we wrote to this sender',
    allowed: 'the client is allowed (postern greylist allow)',
    'client-allowlist': 'the client is on a list of clients_files',
    'recipient-allowlist': 'the recipient is on a list of recipients_files',
    'sender-allowlist': 'the sender is on a list of senders_files',
  }
  return `Passes: ${why[decision.reason]}.`
}
