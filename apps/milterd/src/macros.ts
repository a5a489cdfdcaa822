import type { SigningPolicy } from '@postern/signing'

/** What is asked of the MTA for each stage, in place of what it would send by itself; those of `sign_macros` among them. */
export function macrosFor({ macros }: SigningPolicy) {
  const ours = macros.map((name) => (name.length === 1 ? name : `{${name}}`))
  return {
    connect: [...new Set([...connectMacros, ...ours])],
    mail: [...new Set([...mailMacros, ...ours])],
    endOfMessage: ['i'],
  }
}

/** {client_resolve} and {client_ptr} are what iprev is told from. */
const connectMacros = ['j', '{daemon_name}', '{client_ptr}', '{client_resolve}']
const mailMacros = ['i', '{auth_type}', '{auth_authen}']
