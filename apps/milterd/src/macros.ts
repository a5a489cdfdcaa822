/** What is asked of the MTA for each stage. Postfix sends these by itself as well; sendmail only what it is asked for. */
export const macros = {
  connect: [
    'j',
    '{daemon_name}',
    '{daemon_addr}',
    'v',
    '_',
    '{client_addr}',
    '{client_name}',
    '{client_ptr}',
    '{client_resolve}',
  ],
  mail: ['i', '{auth_type}', '{auth_authen}', '{auth_author}', '{mail_addr}', '{mail_mailer}'],
  endOfMessage: ['i'],
} as const
