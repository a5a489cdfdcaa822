// Which known deviation of a peer a difference is. Two kinds of evidence: `rewrite` makes another case, about which we say
// what the peer says about the case itself; `holds` looks at what both said. Reasons are in deviations.json, by the same ids.
import { askOurselves } from './ours.mjs'

/** The ids of the deviations that account for the difference; undefined when none does. */
export function classify(peer, { spfCase, ours, theirs }) {
  let rewritten = spfCase
  const used = []
  for (const [id, { rewrite }] of Object.entries(deviations[peer])) {
    if (rewrite === undefined) continue
    const next = rewrite(rewritten)
    if (JSON.stringify(next) === JSON.stringify(rewritten)) continue
    if (askOurselves(rewrite(spfCase)).result === theirs.result) return [id]
    rewritten = next
    used.push(id)
  }
  const likened = used.length > 0 ? askOurselves(rewritten) : ours
  if (likened.result === theirs.result) return used
  for (const [id, { holds }] of Object.entries(deviations[peer])) {
    if (holds?.({ spfCase, ours, theirs })) return [id]
    if (used.length > 0 && holds?.({ spfCase: rewritten, ours: likened, theirs })) return [...used, id]
  }
  return undefined
}

const textsOf = ({ zone }) =>
  Object.values(zone)
    .flatMap(({ TXT = [] }) => TXT.map((strings) => strings.join('')))
    .filter((text) => /^v=spf1( |$)/i.test(text))

/** The case with other SPF records. */
const withTexts = (spfCase, change) => ({
  ...spfCase,
  zone: mapValues(spfCase.zone, (data) => {
    if (data.TXT === undefined) return data
    const change1 = (strings) =>
      /^v=spf1( |$)/i.test(strings.join('')) ? [change(strings.join(''))] : strings
    return { ...data, TXT: data.TXT.map(change1) }
  }),
})

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))

const MACRO = /%(?:\{([a-z])([0-9]*)(r?)([-.+,/_=]*)\}|[%_-])/gi

/** Each macro of a text changed by its parts; escapes stay. */
const changeMacros = (text, change) =>
  text.replaceAll(MACRO, (whole, letter, ...parts) =>
    letter === undefined ? whole : change(whole, letter, ...parts),
  )

/** Some record has a term for which this holds. */
const hasTerm = (spfCase, test) => textsOf(spfCase).some((text) => text.split(' ').some((term) => test(term)))

const isIp4 = ({ ip }) => !ip.replace('::ffff:', '').includes(':')

const saysVoid = ({ text }) => /void/i.test(text)
const weSayVoid = ({ found }) => found.reason?.code === 'too-many-void'

/** They and we say the same once void lookups are not limited. */
const isAboutVoid = ({ ours, theirs }) => ours.withoutVoidLimit === theirs.withoutVoidLimit

/** All terms of an evaluation that asked the DNS. */
const termsOf = (trace) =>
  trace === undefined ? [] : trace.terms.flatMap((term) => [term, ...termsOf(term.record)])
const recordsOf = (trace) =>
  trace === undefined ? [] : [trace, ...trace.terms.flatMap(({ record }) => recordsOf(record))]

/** How many terms count as void lookups by us, when only some of their questions count. */
const voidTerms = ({ found }, counts) =>
  termsOf(found.trace).filter(
    ({ matched, lookups, ...term }) =>
      !matched &&
      lookups.some(
        ({ answer, ...lookup }) => /^(nodata|nxdomain)$/.test(answer.kind) && counts(lookup, term),
      ),
  ).length

// RFC 7208 §4.6.4 counts terms in the course of the evaluation; they count a redirect= that they do not follow.
function countsRedirectNotFollowed({ ours, theirs }, message) {
  const skipped = recordsOf(ours.found.trace).filter(
    ({ record, decisive }) => record?.redirect !== undefined && decisive !== record.redirect,
  ).length
  const { terms } = ours.found.lookups
  return message.test(theirs.text) && skipped > 0 && terms <= 10 && terms + skipped > 10
}

/** We count the question of %{p}, they do not: with one more term allowed we say the same. */
const countsNoClientName = ({ spfCase, ours, theirs }) =>
  ours.found.reason?.code === 'too-many-terms' &&
  hasTerm(spfCase, (term) => /%\{p/i.test(term)) &&
  [theirs.result, theirs.withoutVoidLimit].includes(
    ours.checkWith({ terms: 11, voidTerms: Number.POSITIVE_INFINITY }).result,
  )

const laxSyntax = ({ ours }, codes) =>
  ours.found.reason?.code === 'syntax' && codes.includes(ours.found.reason.syntax)

/** A failed question about the client's names, by the peer's message. */
const isClientNameTrouble = ({ spfCase, theirs }) =>
  theirs.result === 'temperror' &&
  hasTerm(spfCase, (term) => /^[-+~?]?ptr\b|%\{p/i.test(term)) &&
  (/\.arpa/.test(theirs.text) ||
    Object.entries(spfCase.zone).some(([, { PTR = [] }]) => PTR.some((name) => theirs.text.includes(name))))

/** %{s} or %{l} stands for something that makes a label of more than 63 characters. */
const hasLongLabel = ({ spfCase }) =>
  spfCase.sender.split(/[@.]/).some((label) => label.length > 50) &&
  textsOf(spfCase).some((text) => /%\{[sl]/i.test(text))

const hasNoLocalPart = ({ spfCase }) =>
  !/.@/.test(spfCase.sender) && textsOf(spfCase).some((text) => /%\{s/i.test(text))

const deviations = {
  pyspf: {
    'void-by-query': {
      holds: (row) => isAboutVoid(row) && saysVoid(row.theirs) && !weSayVoid(row.ours),
    },
    'trailing-dot': {
      holds: ({ spfCase, theirs }) => spfCase.sender.endsWith('.') && theirs.result === 'none',
    },
    'redirect-counted': {
      holds: (row) => countsRedirectNotFollowed(row, /Too many DNS lookups/),
    },
    'p-uncounted': { holds: countsNoClientName },
    'modifier-twice': {
      holds: ({ theirs }) => /: (?!redirect|exp)\S+= MUST appear at most once/.test(theirs.text),
    },
    'self-include': { holds: ({ theirs }) => /include has trivial recursion/.test(theirs.text) },
    // The value of %{h} or %{v} holds a delimiter other than the dot.
    'joined-as-split': {
      holds: ({ spfCase }) =>
        textsOf(spfCase).some((text) =>
          [...text.matchAll(MACRO)].some(([, letter, , , delimiters = '']) => {
            const value =
              { h: spfCase.helo, v: isIp4(spfCase) ? 'in-addr' : 'ip6' }[letter?.toLowerCase()] ?? ''
            return [...delimiters.replaceAll('.', '')].some((delimiter) => value.includes(delimiter))
          }),
        ),
    },
    'percent-at-end': {
      holds: ({ spfCase, theirs }) =>
        /invalid-macro-char/.test(theirs.text) && textsOf(spfCase).some((text) => text.includes('%%')),
    },
    'client-name-trouble': { holds: isClientNameTrouble },
    'macro-syntax': { holds: (row) => laxSyntax(row, ['bad-macro', 'macro-not-here']) },
    'upper-case-r': {
      holds: ({ spfCase }) =>
        textsOf(spfCase).some((text) => /%\{[a-z][0-9]*R/i.test(text) && /%\{[a-zA-Z][0-9]*R/.test(text)),
    },
    'mx-all-hosts': {
      holds: ({ spfCase, theirs }) =>
        theirs.result === 'temperror' &&
        Object.values(spfCase.zone).some(({ MX = [] }) =>
          MX.some(
            ([, host]) => theirs.text.includes(` of A ${host}`) || theirs.text.includes(` of AAAA ${host}`),
          ),
        ),
    },
    'one-label-cut': { holds: hasLongLabel },
    'postmaster-missing': { holds: hasNoLocalPart },
    'p-case': {
      holds: ({ spfCase }) =>
        /@.*[A-Z]/.test(spfCase.sender) && textsOf(spfCase).some((text) => /%\{p/i.test(text)),
    },
    'modifier-case': {
      rewrite: (spfCase) =>
        withTexts(spfCase, (text) =>
          text.replaceAll(/ (redirect|exp)=/gi, (found) => (found === found.toLowerCase() ? found : ' x=')),
        ),
    },
  },
  'Mail::SPF': {
    'mapped-network': {
      rewrite: (spfCase) =>
        isIp4(spfCase)
          ? withTexts(spfCase, (text) => text.replaceAll(/\bip6:::ffff:(?=\d+\.)/gi, 'ip4:'))
          : spfCase,
    },
    'delimiters-alone': {
      rewrite: (spfCase) =>
        withTexts(spfCase, (text) =>
          changeMacros(text, (whole, letter, keep, reversed) =>
            keep === '' && reversed === '' ? `%{${letter}}` : whole,
          ),
        ),
    },
    'escape-lost': {
      rewrite: (spfCase) =>
        withTexts(spfCase, (text) =>
          changeMacros(
            text,
            (_, letter, keep, reversed, delimiters) =>
              `%{${letter.toLowerCase()}${keep}${reversed}${delimiters}}`,
          ),
        ),
    },
    'mx-cut': {
      rewrite: (spfCase) => ({
        ...spfCase,
        zone: mapValues(spfCase.zone, (data) =>
          data.MX === undefined ? data : { ...data, MX: data.MX.slice(0, 10) },
        ),
      }),
    },
    'void-by-query': {
      holds: (row) => isAboutVoid(row) && saysVoid(row.theirs) && !weSayVoid(row.ours),
    },
    // They do not count an answer that holds an alias only, nor ask for names of the client outside the domain.
    'void-alias': {
      holds: (row) =>
        isAboutVoid(row) &&
        weSayVoid(row.ours) &&
        voidTerms(row.ours, ({ name, type }, { target, term }) => {
          const isPtr = term.kind === 'directive' && term.mechanism.name === 'ptr'
          const isOutside = isPtr && type !== 'PTR' && name !== target && !name.endsWith(`.${target}`)
          return row.spfCase.zone[name]?.CNAME === undefined && !isOutside
        }) <= 2,
    },
    'redirect-counted': {
      holds: (row) => countsRedirectNotFollowed(row, /Maximum DNS-interactive terms limit/),
    },
    'p-uncounted': { holds: countsNoClientName },
    'client-name-trouble': { holds: isClientNameTrouble },
    'upper-case-r': {
      holds: ({ spfCase, theirs }) =>
        /Missing required domain-spec|Junk/.test(theirs.text) &&
        textsOf(spfCase).some((text) => /%\{[a-zA-Z][0-9]*R/.test(text)),
    },
    'macro-syntax': { holds: (row) => laxSyntax(row, ['bad-macro', 'macro-not-here']) },
    'label-cut': { holds: hasLongLabel },
    'postmaster-missing': { holds: hasNoLocalPart },
  },
}

/** The ids that are known, for the list of reasons. */
export const deviationIds = Object.entries(deviations).flatMap(([peer, rows]) =>
  Object.keys(rows).map((id) => `${peer}: ${id}`),
)
