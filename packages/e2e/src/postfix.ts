// A throw-away Postfix: Debian's programs on directories of their own, on loopback, stopped and removed afterwards.
// Mail for lab.example.com goes to a maildir that the tests read; all other mail is thrown away, nothing leaves the machine.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Message, openMaildir } from './delivered.ts'
import { freePort } from './free-port.ts'
import { startSasl } from './sasl.ts'
import { groupOf, idOf } from './system-user.ts'

const daemons = '/usr/lib/postfix/sbin'
const masterProgram = `${daemons}/master`
const nobody = 65_534

export interface PreparedPostfix {
  /** Everything of this Postfix is below it; world-readable, so that daemons may keep their own things here too. */
  readonly directory: string
  readonly queueDirectory: string
  start(services: PostfixServices): Promise<Postfix>
}

export interface PostfixServices {
  /** Lines of main.cf, e.g. smtpd_recipient_restrictions; they win over the harness's own. */
  readonly mainCf: string
  /** Further services. */
  readonly masterCf?: string
  /**
   * Further smtpds, each with a port of its own: their lines by a name that the test gives them, `  -o name=value` each.
   * Lines may name the port of another, say to pass mail on to it.
   */
  readonly smtpds?: Readonly<Record<string, string | ((portOf: (smtpd: string) => number) => string)>>
  /** Run smtpd and cleanup chrooted to the queue directory, as Debian does. */
  readonly chroot?: boolean
}

export interface Postfix {
  readonly port: number
  /** The port of one of the further smtpds. */
  portOf(smtpd: string): number
  readonly queueDirectory: string
  /** Messages with that subject in the maildir, once there are `count` of them. */
  delivered(subject: string, count?: number): Promise<readonly Message[]>
  /** Messages to that recipient in the maildir, once there are `count` of them. */
  deliveredTo(recipient: string, count?: number): Promise<readonly Message[]>
  /** All messages in the maildir now. */
  deliveredSoFar(): readonly Message[]
  /** Hands in a message on this machine, without SMTP: sendmail(1), postdrop, pickup. */
  submit(message: Submission): void
  /** What waits in the queue. */
  queue(): readonly Queued[]
  maillog(): string
  stop(): Promise<void>
}

export interface Submission {
  readonly sender: string
  readonly recipients: readonly string[]
  /** A byte string with line feeds, as programs hand it in. */
  readonly content: string
}

/** As postqueue(1) shows a message. */
export interface Queued {
  readonly queue_name: string
  readonly queue_id: string
  readonly sender: string
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[]
}

/** Makes the directories of a Postfix that is not running yet. */
export function preparePostfix(): PreparedPostfix {
  const missing = [
    process.getuid?.() !== 0 &&
      'root: Postfix starts as root, and gives its own files and processes to other users',
    !existsSync(masterProgram) && "Debian's postfix (apt-get install postfix; it need not be configured)",
  ].filter((what) => what !== false)
  if (missing.length > 0) throw new Error(`the end-to-end tests need ${missing.join('; and ')}`)
  const directory = mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-'))
  chmodSync(directory, 0o755)
  const queueDirectory = path.join(directory, 'queue')
  for (const name of ['etc', 'queue', 'data', 'mail']) mkdirSync(path.join(directory, name), { mode: 0o755 })
  chownSync(path.join(directory, 'data'), idOf('postfix').uid, -1)
  chownSync(path.join(directory, 'mail'), nobody, nobody)
  makeQueue(queueDirectory)
  return { directory, queueDirectory, start: (services) => start(directory, services) }
}

/** What `postfix start` makes with a shell script in two seconds: see postfix-files(5). */
function makeQueue(directory: string): void {
  const { uid } = idOf('postfix')
  const postdrop = groupOf('postdrop')
  const make = (name: string, mode: number, owner: readonly [uid: number, gid: number]) => {
    const at = path.join(directory, name)
    mkdirSync(at)
    chownSync(at, ...owner)
    chmodSync(at, mode)
  }
  make('pid', 0o755, [0, 0])
  make('maildrop', 0o1730, [uid, postdrop])
  make('public', 0o2710, [uid, postdrop])
  const queues = ['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'saved']
  for (const name of [...queues, 'trace', 'private']) make(name, 0o700, [uid, 0])
}

async function start(directory: string, services: PostfixServices): Promise<Postfix> {
  const port = await freePort()
  const further = Object.entries(services.smtpds ?? {})
  const ports = new Map<string, number>()
  for (const [name] of further) ports.set(name, await freePort())
  const portOf = (name: string) => {
    const port = ports.get(name)
    if (port === undefined) throw new Error(`this Postfix has no smtpd named ${name}`)
    return port
  }
  const smtpds = further.map(([name, lines]) => ({
    port: portOf(name),
    lines: typeof lines === 'string' ? lines : lines(portOf),
  }))
  const etc = path.join(directory, 'etc')
  writeFileSync(path.join(etc, 'main.cf'), `${baseMainCf(directory)}\n${services.mainCf}\n`)
  // All mail goes to one mailbox; one recipient does not exist.
  writeFileSync(path.join(etc, 'mailboxes'), '!/^nobody-by-that-name@/ mail/\n')
  writeFileSync(path.join(etc, 'master.cf'), masterCf({ port, smtpds, services }))
  // Postfix waits with reading a main.cf that may still be being written, for two seconds.
  const written = Date.now() / 1000 - 10
  utimesSync(path.join(etc, 'main.cf'), written, written)
  const maillog = () => readIfThere(path.join(directory, 'maillog'))
  const maildir = openMaildir(path.join(directory, 'mail'))
  const sasl = await startSasl(path.join(directory, 'queue', 'sasl'))
  // With -w it returns when all its sockets are there. Its processes keep what it was given for output: nothing is.
  const { status } = spawnSync(masterProgram, ['-w', '-c', etc], { stdio: 'ignore', timeout: 30_000 })
  if (status !== 0) throw new Error(`Postfix does not start (${status}):\n${maillog()}`)
  const pid = Number(readFileSync(path.join(directory, 'queue/pid/master.pid'), 'utf8'))
  // Ends all of its processes at once.
  const abort = () => isRunning(pid) && process.kill(pid, 'SIGTERM')
  // Also when a test run is ended from the keyboard: Postfix is in no process group of ours.
  process.once('exit', abort)
  const stop = async () => {
    process.removeListener('exit', abort)
    abort()
    while (isRunning(pid)) await sleep(10)
    // The directory goes when all tests are done: daemons that have their things there may still be writing them.
    sasl.close()
  }
  return {
    port,
    portOf,
    queueDirectory: path.join(directory, 'queue'),
    delivered: (subject, count = 1) =>
      maildir.wait({
        isWanted: (message) => message.header('Subject').includes(subject),
        count,
        what: `"${subject}"`,
        maillog,
      }),
    deliveredTo: (recipient, count = 1) =>
      maildir.wait({
        isWanted: (message) => message.header('X-Original-To').includes(recipient),
        count,
        what: `to ${recipient}`,
        maillog,
      }),
    deliveredSoFar: maildir.messages,
    submit: (message) => submit(etc, message),
    queue: () => listQueue(etc),
    maillog,
    stop,
  }
}

function submit(etc: string, { sender, recipients, content }: Submission): void {
  const { status, stderr } = spawnSync(
    '/usr/sbin/sendmail',
    ['-C', etc, '-i', '-f', sender, '--', ...recipients],
    { encoding: 'utf8', timeout: 30_000, input: Buffer.from(content, 'latin1') },
  )
  if (status !== 0) throw new Error(`sendmail failed (${status}): ${stderr}`)
}

function listQueue(etc: string): readonly Queued[] {
  const { status, stdout, stderr } = spawnSync('/usr/sbin/postqueue', ['-c', etc, '-j'], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (status !== 0) throw new Error(`postqueue failed (${status}): ${stderr}`)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Queued)
}

/** Postfix is no child of ours, and whose it is may take a second to bury it: then it is a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const readIfThere = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const baseMainCf = (directory: string) => `compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
command_directory = /usr/sbin
daemon_directory = ${daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${directory}/maillog
maillog_file_prefixes = ${directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.lab.example.com
mydestination =
# 127.0.0.1, where the tests come from, is a stranger like any other.
mynetworks = 192.0.2.254/32
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = sasl
virtual_mailbox_domains = lab.example.com
virtual_mailbox_maps = regexp:${directory}/etc/mailboxes
virtual_mailbox_base = ${directory}
virtual_mailbox_limit = 0
virtual_uid_maps = static:${nobody}
virtual_gid_maps = static:${nobody}
virtual_transport = virtual
default_transport = discard
relay_transport = discard
alias_maps =
local_recipient_maps =
smtpd_error_sleep_time = 0s
smtpd_peername_lookup = no
smtp_connection_cache_on_demand = no`

interface Smtpd {
  readonly port: number
  readonly lines: string
}

interface Services {
  readonly port: number
  readonly smtpds: readonly Smtpd[]
  readonly services: PostfixServices
}

/** Only what a message on its way from smtpd to a maildir or to nowhere meets. */
const masterCf = ({ port, smtpds, services }: Services) =>
  `127.0.0.1:${port} inet n - ${services.chroot ? 'y' : 'n'} - - smtpd
${smtpds.map((smtpd) => `127.0.0.1:${smtpd.port} inet n - n - - smtpd\n${smtpd.lines}`).join('\n')}
pickup unix n - n 60 1 pickup
cleanup unix n - ${services.chroot ? 'y' : 'n'} - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
smtp unix - - n - - smtp
showq unix n - n - - showq
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
${services.masterCf ?? ''}
`
