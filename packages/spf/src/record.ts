// An SPF record as a tree: RFC 7208 §4.6.1 (terms), §5 (mechanisms), §6 (modifiers), appendix collected in §12.
import type { Cidr } from '@postern/addr'
import type { DomainSpec, MacroErrorCode, MacroString } from './macro.ts'

/** What a match means: pass, fail, softfail, neutral. RFC 7208 §4.6.2. */
export type Qualifier = '+' | '-' | '~' | '?'

/** How many leading bits count when addresses are compared: the dual-cidr-length of "a" and "mx". */
export interface DualPrefix {
  /** 0 to 32. */
  readonly ip4: number
  /** 0 to 128. */
  readonly ip6: number
}

export type Mechanism =
  | { readonly name: 'all' }
  | { readonly name: 'include' | 'exists'; readonly domain: DomainSpec }
  /** Without a domain, the one under evaluation is meant. */
  | { readonly name: 'a' | 'mx'; readonly domain: DomainSpec | undefined; readonly prefix: DualPrefix }
  | { readonly name: 'ptr'; readonly domain: DomainSpec | undefined }
  | { readonly name: 'ip4' | 'ip6'; readonly network: Cidr }

export type MechanismName = Mechanism['name']

interface Published {
  /** The term as published. */
  readonly text: string
  /** Where it begins in the record's text. */
  readonly at: number
}

/** A mechanism and what its match means. */
export interface Directive extends Published {
  readonly kind: 'directive'
  readonly qualifier: Qualifier
  readonly mechanism: Mechanism
}

export interface RedirectModifier extends Published {
  readonly kind: 'redirect'
  readonly domain: DomainSpec
}

export interface ExplanationModifier extends Published {
  readonly kind: 'exp'
  readonly domain: DomainSpec
}

/** A modifier that RFC 7208 does not know; it is to be ignored (§6). */
export interface UnknownModifier extends Published {
  readonly kind: 'unknown-modifier'
  readonly name: string
  readonly value: MacroString
}

export type Modifier = RedirectModifier | ExplanationModifier | UnknownModifier
export type Term = Directive | Modifier

/** A record that can be evaluated. */
export interface SpfRecord {
  readonly text: string
  /** All of it, in order. */
  readonly terms: readonly Term[]
  readonly directives: readonly Directive[]
  readonly redirect: RedirectModifier | undefined
  readonly explanation: ExplanationModifier | undefined
}

/** Why a text is no record. `at` of the error is an index in the text. */
export type SpfSyntaxCode =
  /** Does not begin with `v=spf1` and a blank. */
  | 'not-spf'
  | 'too-long'
  | 'unknown-mechanism'
  /** Something between terms that is no blank: a tab, a control, a letter beyond ASCII. */
  | 'bad-character'
  | 'missing-domain'
  | 'not-a-domain'
  | 'bad-macro'
  | 'macro-not-here'
  | 'missing-address'
  | 'bad-address'
  | 'bad-prefix-length'
  /** Something after "all" or an empty value, where nothing may stand. */
  | 'unexpected-argument'
  | 'bad-modifier-name'
  /** redirect= or exp= twice, RFC 7208 §6. */
  | 'duplicate-modifier'

export type { MacroErrorCode }
