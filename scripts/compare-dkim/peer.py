#!/usr/bin/python3
"""Answers jobs, one JSON object a line, with dkimpy or with libopendkim: peer.py dkimpy|opendkim

sign:   {"op": "sign", "message", "key" (PEM, or for dkimpy a seed in base64), "algorithm", "canonicalization", "domain", "selector"}
        -> {"field"}  the DKIM-Signature field with the CRLF at its end
verify: {"op": "verify", "message", "zone": {name: text}, "now"} -> {"results": ["pass" or why not, one for each signature]}
Messages, fields and texts are strings of one character per byte.
"""
import ctypes
import json
import os
import sys
import tempfile


class Dkimpy:
    def __init__(self):
        import dkim
        self.dkim = dkim

    def sign(self, job):
        head, body = job["canonicalization"].split("/")
        signer = self.dkim.DKIM(job["message"].encode("latin1"))
        field = signer.sign(
            job["selector"].encode(), job["domain"].encode(), job["key"].encode(),
            signature_algorithm=job["algorithm"].encode(), canonicalize=(head.encode(), body.encode()))
        return {"field": field.decode("latin1")}

    def verify(self, job):
        zone = job["zone"]
        lookup = lambda name, timeout=5: (zone.get(name.decode().rstrip(".").lower()) or "").encode("latin1") or None
        verifier = self.dkim.DKIM(job["message"].encode("latin1"), minkey=1024)
        count = sum(1 for name, _ in verifier.headers if name.lower().strip() == b"dkim-signature")
        return {"results": [self.verify_one(verifier, index, lookup) for index in range(count)]}

    def verify_one(self, verifier, index, lookup):
        try:
            return "pass" if verifier.verify(index, dnsfunc=lookup) else "fail"
        except Exception as error:
            return "%s: %s" % (type(error).__name__, error)


class Opendkim:
    SETOPT, QUERYMETHOD, QUERYINFO, FIXEDTIME = 1, 6, 7, 8
    FILE = 1
    ALGORITHMS = {"rsa-sha256": 1, "ed25519-sha256": 2}
    PROCESSED, PASSED = 2, 4

    def __init__(self):
        lib = self.lib = ctypes.CDLL("libopendkim.so.11")
        for name in ("dkim_init", "dkim_sign", "dkim_verify"):
            getattr(lib, name).restype = ctypes.c_void_p
        lib.dkim_sig_geterrorstr.restype = ctypes.c_char_p
        lib.dkim_geterror.restype = ctypes.c_char_p
        self.handle = ctypes.c_void_p(lib.dkim_init(None, None))
        self.file = tempfile.NamedTemporaryFile("w", suffix=".keys", encoding="latin1", delete=False)
        self.zone = None
        self.option(self.QUERYMETHOD, ctypes.c_int(self.FILE))
        name = ctypes.create_string_buffer(self.file.name.encode())
        self.check(lib.dkim_options(self.handle, self.SETOPT, self.QUERYINFO, name, ctypes.c_size_t(len(self.file.name))))

    def option(self, which, value):
        size = ctypes.c_size_t(ctypes.sizeof(value))
        self.check(self.lib.dkim_options(self.handle, self.SETOPT, which, ctypes.byref(value), size))

    @staticmethod
    def check(status):
        if status != 0:
            raise RuntimeError("libopendkim says %d" % status)

    def feed(self, dkim, message):
        """As the milter feeds it: each field without its CRLF, the body as it is."""
        end = message.find(b"\r\n\r\n")
        head, body = (message, b"") if end < 0 else (message[:end], message[end + 4:])
        if message.startswith(b"\r\n"):
            head, body = b"", message[2:]
        fields = []
        head = head.removesuffix(b"\r\n")
        for line in head.split(b"\r\n"):
            if fields and line[:1] in (b" ", b"\t"):
                fields[-1] += b"\r\n" + line
            else:
                fields.append(line)
        for field in filter(None, fields):
            status = self.lib.dkim_header(dkim, field, ctypes.c_size_t(len(field)))
            if status != 0:
                return "header: status %d" % status
        status = self.lib.dkim_eoh(dkim)
        if status != 0:
            return "end of header: status %d: %s" % (status, (self.lib.dkim_geterror(dkim) or b"").decode("latin1"))
        if body:
            self.lib.dkim_body(dkim, body, ctypes.c_size_t(len(body)))
        return None

    def sign(self, job):
        head, body = (("simple", "relaxed").index(name) for name in job["canonicalization"].split("/"))
        status = ctypes.c_int(0)
        dkim = ctypes.c_void_p(self.lib.dkim_sign(
            self.handle, b"sign", None, job["key"].encode(), job["selector"].encode(), job["domain"].encode(),
            head, body, self.ALGORITHMS[job["algorithm"]], ctypes.c_long(-1), ctypes.byref(status)))
        trouble = self.feed(dkim, job["message"].encode("latin1"))
        if trouble is None:
            done = self.lib.dkim_eom(dkim, None)
            trouble = None if done == 0 else "end of message: status %d" % done
        field = None
        if trouble is None:
            text, length = ctypes.c_char_p(), ctypes.c_size_t()
            self.check(self.lib.dkim_getsighdr_d(dkim, ctypes.c_size_t(16), ctypes.byref(text), ctypes.byref(length)))
            value = ctypes.string_at(text, length.value).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            field = "DKIM-Signature: " + value.decode("latin1") + "\r\n"
        self.lib.dkim_free(dkim)
        return {"field": field, "trouble": trouble}

    def verify(self, job):
        if job["zone"] != self.zone:
            self.zone = job["zone"]
            self.file.seek(0)
            self.file.truncate()
            for name, text in self.zone.items():
                self.file.write("%s %s\n" % (name, text))
            self.file.flush()
        self.option(self.FIXEDTIME, ctypes.c_uint64(job["now"]))
        status = ctypes.c_int(0)
        dkim = ctypes.c_void_p(self.lib.dkim_verify(self.handle, b"verify", None, ctypes.byref(status)))
        trouble = self.feed(dkim, job["message"].encode("latin1"))
        if trouble is None:
            self.lib.dkim_eom(dkim, None)
        results = self.results(dkim, trouble)
        self.lib.dkim_free(dkim)
        return {"results": results}

    def results(self, dkim, trouble):
        lib = self.lib
        sigs, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_int(0)
        if lib.dkim_getsiglist(dkim, ctypes.byref(sigs), ctypes.byref(count)) != 0:
            return [trouble or "no list"]
        results = []
        for index in range(count.value):
            sig = ctypes.c_void_p(sigs[index])
            error = lib.dkim_sig_geterror(sig)
            if trouble is None and error in (-1, 0):
                lib.dkim_sig_process(dkim, sig)
                error = lib.dkim_sig_geterror(sig)
            if error == 0 and lib.dkim_sig_getflags(sig) & self.PASSED and lib.dkim_sig_getbh(sig) == 0:
                results.append("pass")
            elif lib.dkim_sig_getbh(sig) == 1:
                results.append("body hash mismatch")
            else:
                text = (lib.dkim_sig_geterrorstr(error) or b"").decode()
                results.append("%s%s" % (text, "; " + trouble if trouble else ""))
        return results

    def close(self):
        os.unlink(self.file.name)


def main():
    peer = {"dkimpy": Dkimpy, "opendkim": Opendkim}[sys.argv[1]]()
    try:
        for line in sys.stdin:
            job = json.loads(line)
            try:
                answer = getattr(peer, job["op"])(job)
            except Exception as error:
                answer = {"trouble": "%s: %s" % (type(error).__name__, error)}
            print(json.dumps(answer), flush=False)
    finally:
        getattr(peer, "close", lambda: None)()


if __name__ == "__main__":
    main()
