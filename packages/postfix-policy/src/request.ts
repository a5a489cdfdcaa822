// What Postfix asks: the attributes of one policy request (SMTPD_POLICY_README, "Protocol description"), by name.

/** Every attribute Postfix documents, in the order of the Postfix version that brought it. */
export const attributeNames = [
  // 2.1
  'request',
  'protocol_state',
  'protocol_name',
  'helo_name',
  'queue_id',
  'sender',
  'recipient',
  'recipient_count',
  'client_address',
  'client_name',
  'reverse_client_name',
  'instance',
  // 2.2
  'sasl_method',
  'sasl_username',
  'sasl_sender',
  'size',
  'ccert_subject',
  'ccert_issuer',
  'ccert_fingerprint',
  // 2.3
  'encryption_protocol',
  'encryption_cipher',
  'encryption_keysize',
  'etrn_domain',
  // 2.5
  'stress',
  // 2.9
  'ccert_pubkey_fingerprint',
  // 3.0
  'client_port',
  // 3.1
  'policy_context',
  // 3.2
  'server_address',
  'server_port',
  // 3.8
  'compatibility_level',
  'mail_version',
] as const

/** The name of an attribute that Postfix documents. */
export type AttributeName = (typeof attributeNames)[number]

/** `protocol_state`: the SMTP command at which Postfix asks. */
export type ProtocolState =
  | 'CONNECT'
  | 'EHLO'
  | 'HELO'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'END-OF-MESSAGE'
  | 'VRFY'
  | 'ETRN'

/**
 * One request. Values are text: UTF-8, with U+FFFD for each invalid sequence.
 *
 * An attribute that was not sent is `undefined`; one that was sent empty is `''` (the null sender is `sender=`). A name sent
 * twice has its last value, as in postgrey. A carriage return before the line feed does not belong to the value, as in postgrey.
 * Names that this library does not know are kept like all others.
 */
export interface PolicyRequest {
  /** The value of an attribute, looked for when asked for. Names beyond ASCII, which Postfix does not send, are in `attributes` only. */
  get(name: AttributeName | (string & {})): string | undefined
  /** All attributes, in the order in which their names first came; built on first use. */
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * One request as text, for a client: a line for each attribute, and the empty line. `request=smtpd_access_policy` is put first
 * when it is missing. A line feed, a carriage return or a NUL in a value becomes `?`, which is what Postfix does with them.
 */
export function formatRequest(attributes: Readonly<Record<string, string>>): string {
  let text = 'request' in attributes ? '' : 'request=smtpd_access_policy\n'
  for (const [name, value] of Object.entries(attributes))
    text += `${name}=${value.replace(unsendable, '?')}\n`
  return text + '\n'
}

const unsendable = /[\0\r\n]/g
