// One Postfix whose smtpd hands mail to the stock spamc, with the lines of docs/operating/spamd.md, and the daemon it asks.

import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Letter, sendLetter } from '@postern/e2e/attempt'
import type { Message } from '@postern/e2e/delivered'
import { documented } from '@postern/e2e/documented'
import { freePort } from '@postern/e2e/free-port'
import { type Postfix, preparePostfix } from '@postern/e2e/postfix'
import { createSpamcClient, type SpamcClient } from '@postern/spamd/client'

export interface Stage {
  readonly directory: string
  readonly port: number
  readonly postfix: Postfix
  readonly spamc: SpamcClient
  /** Sends a message through the filter; resolves when Postfix has taken it. */
  send(letter: Partial<Letter> & { readonly content: string }, smtpd?: string): Promise<void>
  /** Sends a message to somebody who gets no other, and gives what arrives. */
  deliver(to: string, content: string): Promise<Message>
}

/** The article's lines, with the daemon on a port of ours. */
function masterCf(port: number, further = ''): string {
  const lines = documented('/etc/postfix/master.cf with spamc', {
    'user=spamd': 'user=nobody',
    '/usr/bin/spamc -f': `/usr/bin/spamc -d 127.0.0.1 -p ${port}${further} -f`,
  })
  return lines.slice(lines.indexOf('spamassassin unix'))
}

/** The service that is passed mail when nobody may lose it: with -x and -X. */
const strictMasterCf = (port: number) =>
  masterCf(port, ' -x -X --connect-retries=1').replace('spamassassin unix', 'strict unix')

/** A Postfix whose mail goes to spamc, which asks whoever listens on the stage's port. */
export async function openStage(): Promise<Stage> {
  const prepared = preparePostfix()
  const { directory, queueDirectory } = prepared
  const port = await freePort()
  // sendmail(1) runs postdrop(1), which is set-gid and then takes no other configuration than /etc/postfix. A copy without
  // that takes ours; what the group could do, all may do here.
  const programs = path.join(directory, 'bin')
  mkdirSync(programs)
  copyFileSync('/usr/sbin/postdrop', path.join(programs, 'postdrop'))
  chmodSync(path.join(programs, 'postdrop'), 0o755)
  chmodSync(path.join(queueDirectory, 'maildrop'), 0o1733)
  chmodSync(path.join(queueDirectory, 'public'), 0o755)
  const [filter = ''] =
    /^ {2}-o content_filter=.*$/m.exec(documented('/etc/postfix/master.cf with spamc')) ?? []
  const postfix = await prepared.start({
    mainCf: `command_directory = ${programs}`,
    masterCf: masterCf(port) + strictMasterCf(port),
    smtpds: { filtered: filter, strict: filter.replace('spamassassin', 'strict') },
  })
  const send: Stage['send'] = async (letter, smtpd = 'filtered') => {
    const { codes, text } = await sendLetter(postfix.portOf(smtpd), {
      client: { address: '203.0.113.66' },
      helo: 'mail.example.net',
      sender: 'alice@example.net',
      recipients: ['bob@lab.example.com'],
      ...letter,
    })
    if (codes !== '250 2.0.0') throw new Error(`not taken: ${codes} ${text}`)
  }
  return {
    directory,
    port,
    postfix,
    spamc: createSpamcClient({ servers: [{ kind: 'tcp', host: '127.0.0.1', port }], messageBytes: 1e9 }),
    send,
    async deliver(to, content) {
      await send({ recipients: [to], content })
      const [message, ...more] = await postfix.deliveredTo(to)
      if (more.length > 0) throw new Error(`${more.length + 1} messages to ${to}`)
      return message!
    },
  }
}
