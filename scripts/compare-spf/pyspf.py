"""Reads cases as JSON lines (cases.mjs), and writes what pyspf says of each: its usual result, the result without a limit of
void lookups, and the texts with both."""
import json
import sys

import spf

case = {}


def hashes(name):
    """Names below hash.example exist when this says so, so that a name expanded in another way has another answer."""
    return name.endswith('.hash.example') and sum(ord(c) * (i % 7 + 1) for i, c in enumerate(name)) % 3 == 0


def datum(kind, data):
    if kind == 'TXT':
        return [text.encode('latin-1') for text in data]
    return tuple(data) if kind == 'MX' else data


def lookup(name, kind, *_args, **_options):
    """As pyspf's own for dnspython: what is at the end of aliases, under the name that was asked for."""
    owner = str(name).lower().rstrip('.')
    for _ in range(11):
        failure = case['failures'].get(f'{owner} {kind}')
        if failure:
            raise spf.TempError(f'DNS {failure} of {kind} {owner}')
        found = case['zone'].get(owner)
        if not found and kind == 'A' and hashes(owner):
            found = {'A': ['127.0.0.2']}
        if not found:
            return []
        if kind in found:
            return [((name, kind), datum(kind, data)) for data in found[kind]]
        if 'CNAME' not in found:
            return []
        owner = found['CNAME']
    raise spf.TempError('DNS servfail')


def check(limit):
    spf.MAX_VOID_LOOKUPS = limit
    try:
        return spf.check2(i=case['ip'], s=case['sender'], h=case['helo'], receiver='receiver.example', querytime=0)
    except Exception as error:  # pylint: disable=broad-except
        return 'exception', f'{type(error).__name__}: {error}'


spf.DNSLookup = lookup
for line in sys.stdin:
    case = json.loads(line)
    result, text = check(2)
    relaxed, relaxed_text = check(1000)
    print(json.dumps({'result': result, 'text': f'{text} / {relaxed_text}', 'withoutVoidLimit': relaxed}))
