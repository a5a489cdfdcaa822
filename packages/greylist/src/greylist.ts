// The shell: builds the keys of an attempt, asks the store, calls the decision.

import type { Ip } from '@postern/addr'
import {
  type AddressList,
  type ClientList,
  emptyAddressList,
  emptyClientList,
  listsAddress,
  listsClient,
} from './allowlist.ts'
import { type Entry, type EntryKey, entryKey, kindPrefix, parseEntryKey, type Seconds } from './entry.ts'
import { defaultIdentityRules, type Identity, type IdentityRules, identify } from './identity.ts'
import { defaultRules, type GreylistRules } from './rules.ts'
import { normalizeSender } from './sender.ts'
import type { Change, GreylistStore } from './store.ts'
import { type GreylistDecision, isExpired, type PassReason, transition } from './transition.ts'

/** One attempt to deliver to one recipient. Addresses without angle brackets; '' is the null sender. */
export interface Attempt {
  readonly client: {
    readonly address: Ip
    /** Its name, if a forward lookup of the name gives the address again. */
    readonly name?: string | undefined
  }
  readonly sender: string
  readonly recipient: string
  /** The domain for which SPF gave pass, if known. */
  readonly authenticatedDomain?: string | undefined
}

export interface GreylistLists {
  readonly clients: ClientList
  readonly recipients: AddressList
  readonly senders: AddressList
}

export interface GreylistOptions {
  readonly store: GreylistStore
  readonly rules?: GreylistRules
  readonly identity?: IdentityRules
  /** Privacy: turns the parts of a key into a keyed hash, so that the store holds no addresses. */
  readonly digest?: (text: string) => string
}

export interface Greylist {
  /** Decides an attempt at `now` and writes down what it changes. Rejects only when the store does. */
  check(attempt: Attempt, now: Seconds): Promise<GreylistDecision>
  /** Anything to this recipient passes until `until`. */
  pause(recipient: string, span: { now: Seconds; until: Seconds }): Promise<void>
  /** Mail from `sender` to `recipient` is answered mail: it passes from now on. */
  know(pair: { sender: string; recipient: string }, now: Seconds): Promise<void>
  /** A client address or network key, a host name group or a domain passes until `until` (0: for good). */
  allow(client: string, span: { now: Seconds; until: Seconds }): Promise<void>
  /** Drops what has expired; how many records. */
  expire(now: Seconds): Promise<number>
  /** Replaces the lists of those who are never delayed. */
  setLists(lists: GreylistLists): void
}

export const emptyLists: GreylistLists = {
  clients: emptyClientList,
  recipients: emptyAddressList,
  senders: emptyAddressList,
}

/** Some 2 MB at most. */
const rememberedIdentities = 10_000

const rareKinds = ['pause', 'allow', 'known'] as const
type RareKind = (typeof rareKinds)[number]

/** A greylist over a store. */
export function createGreylist(options: GreylistOptions): Greylist {
  const { store, rules = defaultRules, identity = defaultIdentityRules } = options
  const conceal = options.digest ?? ((text: string) => text)
  let lists = emptyLists
  const key = {
    triplet: (text: string) => entryKey('triplet', conceal(text)),
    client: (text: string) => entryKey('client', conceal(text)),
    pause: (recipient: string) => entryKey('pause', conceal(recipient.toLowerCase())),
    known: (sender: string, recipient: string) =>
      entryKey('known', conceal(`${recipient}\n${sender}`.toLowerCase())),
    allow: (client: string) => entryKey('allow', conceal(client.toLowerCase())),
  }

  const identities = new Map<
    string,
    { name: string | undefined; domain: string | undefined; who: Identity }
  >()

  /** The identity of an attempt's client; the same clients come again and again, so some are remembered. */
  const identityOf = ({ client, authenticatedDomain: domain }: Attempt): Identity => {
    const { address, name } = client
    const known = identities.get(address.text)
    if (known && known.name === name && known.domain === domain) return known.who
    if (identities.size >= rememberedIdentities) identities.clear()
    const who = identify({ address, confirmedName: name, authenticatedDomain: domain }, identity)
    identities.set(address.text, { name, domain, who })
    return who
  }

  // Pauses, allowances and known senders are few or none: where there are none of a kind, it is not asked for at each attempt.
  const rare = { pause: true, allow: true, known: true }
  let lookedAt: Seconds | undefined
  const lookForRareKinds = (now: Seconds): void => {
    if (now === lookedAt) return
    lookedAt = now
    for (const kind of rareKinds) rare[kind] = store.mayHave(kindPrefix(kind))
  }

  const write = (kind: RareKind, text: EntryKey, merge: (old: Entry | undefined) => Entry): Promise<void> => {
    rare[kind] = true
    return store.update([text], ([old]): Change<void> => ({ value: undefined, next: [merge(old)] }))
  }

  return {
    check(attempt, now) {
      const listed = listedReason(lists, attempt)
      if (listed) return Promise.resolve(listed)
      const { sender, recipient } = attempt
      const who = identityOf(attempt)
      const text = `${who.text}\n${normalizeSender(sender)}\n${recipient}`.toLowerCase()
      const keys: EntryKey[] = [key.triplet(text), key.client(who.clientText)]
      lookForRareKinds(now)
      const pauseAt = rare.pause ? keys.push(key.pause(recipient)) - 1 : -1
      const allowAt = rare.allow ? keys.push(key.allow(who.text)) - 1 : -1
      const knownAt = rare.known && sender !== '' ? keys.push(key.known(sender, recipient)) - 1 : -1
      return store.update(keys, (entries) => {
        const state = {
          triplet: entries[0],
          client: entries[1],
          pause: pauseAt < 0 ? undefined : entries[pauseAt],
          allow: allowAt < 0 ? undefined : entries[allowAt],
          known: knownAt < 0 ? undefined : entries[knownAt],
        }
        const { decision, change } = transition(state, now, rules)
        return { value: decision, next: change && [change.triplet, change.client] }
      })
    },
    pause(recipient, { now, until }) {
      return write('pause', key.pause(recipient), () => ({ first: now, last: until, count: 0 }))
    },
    know({ sender, recipient }, now) {
      return write('known', key.known(sender, recipient), (old) => ({
        first: old?.first ?? now,
        last: now,
        count: 0,
      }))
    },
    allow(client, { now, until }) {
      return write('allow', key.allow(client), () => ({ first: now, last: until, count: 0 }))
    },
    expire(now) {
      const at = { now, rules }
      return store.expire((entryKeyToTest, entry) => {
        const parsed = parseEntryKey(entryKeyToTest)
        return parsed !== undefined && isExpired(parsed.kind, entry, at)
      })
    },
    setLists(next) {
      lists = next
    },
  }
}

const passes = (reason: PassReason): GreylistDecision => ({ result: 'pass', reason })
const listed = {
  client: passes('client-allowlist'),
  recipient: passes('recipient-allowlist'),
  sender: passes('sender-allowlist'),
}

function listedReason(lists: GreylistLists, attempt: Attempt): GreylistDecision | undefined {
  if (listsClient(lists.clients, attempt.client)) return listed.client
  if (listsAddress(lists.recipients, attempt.recipient)) return listed.recipient
  if (listsAddress(lists.senders, attempt.sender)) return listed.sender
  return undefined
}
