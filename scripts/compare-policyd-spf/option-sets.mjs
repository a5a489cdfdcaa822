// The options of policyd-spf (Python) that have an equal here, each set beside ours.

/** `python`: lines of policyd-spf.conf; `ours`: lines of [spf]. */
export const pythonSets = [
  { name: 'usual', python: '', ours: '' },
  {
    name: 'softfail',
    python: 'HELO_reject = Softfail\nMail_From_reject = Softfail',
    ours: 'helo_reject = "softfail"\nmail_from_reject = "softfail"',
  },
  {
    name: 'not-pass',
    python: 'HELO_reject = SPF_Not_Pass\nMail_From_reject = SPF_Not_Pass',
    ours: 'helo_reject = "not-pass"\nmail_from_reject = "not-pass"',
  },
  {
    name: 'mark-only',
    python: 'HELO_reject = False\nMail_From_reject = False\nPermError_reject = True\nTempError_Defer = True',
    ours: 'helo_reject = "none"\nmail_from_reject = "none"\npermerror = "reject"\ntemperror = "defer"',
  },
  {
    name: 'null-sender',
    python: 'HELO_reject = Null\nPermError_reject = True\nTempError_Defer = True',
    ours: 'helo_reject = "null-sender"\npermerror = "reject"\ntemperror = "defer"',
  },
  {
    name: 'no-helo',
    python: 'HELO_reject = No_Check\nMail_From_reject = Softfail',
    ours: 'helo_reject = "off"\nmail_from_reject = "softfail"',
  },
  {
    name: 'no-mail-from',
    python: 'HELO_reject = Softfail\nMail_From_reject = No_Check',
    ours: 'helo_reject = "softfail"\nmail_from_reject = "off"',
  },
  {
    name: 'errors',
    python: 'PermError_reject = True\nTempError_Defer = True',
    ours: 'permerror = "reject"\ntemperror = "defer"',
  },
  {
    name: 'no-mail',
    python: 'No_Mail = True',
    ours: 'helo_reject = "none"\nmail_from_reject = "none"\nno_mail = true',
  },
  {
    name: 'domains',
    python: 'Reject_Not_Pass_Domains = softfail.sc.example,neutral.sc.example',
    ours: 'reject_not_pass_domains = ["softfail.sc.example", "neutral.sc.example"]',
  },
  {
    name: 'lists',
    python:
      'skip_addresses = 127.0.0.0/8,::ffff:127.0.0.0/104,::1,198.51.0.0/16\nWhitelist = 203.0.113.66,2001:db8:ffff::/48',
    ours: 'skip_addresses = ["127.0.0.0/8", "::1", "198.51.0.0/16"]\nallow_addresses = ["203.0.113.66", "2001:db8:ffff::/48"]',
  },
  { name: 'helo-list', python: 'HELO_Whitelist = a.sc.example', ours: 'allow_helo_names = ["a.sc.example"]' },
  {
    name: 'domain-list',
    python: 'Domain_Whitelist = fail.sc.example',
    ours: 'allow_domains = ["fail.sc.example"]',
  },
  {
    name: 'ptr-list',
    python: 'Domain_Whitelist_PTR = sc.example',
    ours: 'allow_ptr_domains = ["sc.example"]',
  },
  {
    name: 'results',
    python: 'Header_Type = AR\nAuthserv_Id = mx.lab.example',
    ours: 'header = "authentication-results"\nauthserv_id = "mx.lab.example"',
  },
  { name: 'hidden', python: 'Hide_Receiver = Yes', ours: 'hide_receiver = true' },
  { name: 'no-header', python: 'Header_Type = None', ours: 'header = "none"' },
  {
    name: 'restrictions',
    python: 'HELO_pass_restriction = helo_passed\nMail_From_pass_restriction = sender_passed',
    ours: 'helo_pass_restriction = "helo_passed"\nmail_from_pass_restriction = "sender_passed"',
  },
  { name: 'observe', python: 'TestOnly = 0', ours: 'mode = "observe"' },
  { name: 'voids', python: 'Void_Limit = 5', ours: 'void_lookups = 5' },
]

/** policyd-spf-perl has no options. */
export const perlSets = [{ name: 'usual', ours: 'temperror = "defer"' }]
