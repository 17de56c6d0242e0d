//! Names, connections and proxies.
//!
//! Sources: `go@b4712ab0:src/net/net.go:644`, `go@b4712ab0:src/net/dnsclient_unix.go:46`, `go@b4712ab0:src/internal/poll/fd.go:60`,
//! `go@b4712ab0:src/net/http/transport.go:1709`, the messages of Linux' and Windows' error numbers, curl and OpenSSL where
//! registries' helpers print them.

use super::words;

words! {
    NoSuchHost: [
        "no such host", "name or service not known", "nodename nor servname", "nxdomain",
        "could not resolve host", "unknown host", "no address associated with hostname",
        "getaddrinfo enotfound", "no data record", "couldn't resolve host", "unable to resolve host",
        "name resolution failure … nxdomain", "no dns record", "host not found", "name does not resolve",
        "non-existent domain", "cannot resolve host", "getaddrinfo failed",
        "dns name does not exist",
        "domain name not found", "no records found",
    ];
    ResolverFailed: [
        "server misbehaving", "temporary failure in name resolution", "cannot unmarshal dns message",
        "servfail", "eai_again", "try again later … lookup", "dns lookup failed", "dns server failure",
        "no servers could be reached", "resolv.conf", "temporary failure resolving",
        "dns error … timed out", "dns timeout", "resolver … timed out", "name server … timed out",
        "no dns servers", "communications error to", "connection timed out; no servers",
        "dns request timed out", "name resolution … timed out", "lookup *: i/o timeout",
        "lookup * on *: i/o timeout", "lookup *: read udp", "lookup * on *: read udp", "lookup *: dial udp",
        "lookup * on *: dial udp", "lookup *: write udp", "lookup * on *: write udp", "lookup *: dial tcp",
        "lookup * on *: dial tcp", "lookup *: read tcp", "lookup * on *: read tcp",
        "lookup *: connection refused", "lookup * on *: connection refused",
        "lookup *: device or resource busy", "lookup * on *: device or resource busy",
        "lookup *: too many open files", "lookup * on *: too many open files",
        "lookup *: connection timed out", "lookup * on *: connection timed out",
        "lookup *: operation was canceled", "lookup * on *: operation was canceled", "lookup *: context deadline exceeded",
        "lookup * on *: context deadline exceeded", "lookup *: try again", "lookup * on *: try again",
        "lookup *: no answer from dns server", "lookup * on *: no answer from dns server",
        "lookup *: dns server returned answer with no data",
        "lookup * on *: dns server returned answer with no data",
        // No address was found in time (`go@77595e462b:src/net/lookup.go:73`).
        "dial tcp: i/o timeout",
    ];
    ResolverNoRoute: [
        "lookup *: no route to host", "lookup * on *: no route to host", "lookup *: network is unreachable",
        "lookup * on *: network is unreachable",
        "lookup *: dial udp *: connect: network is unreachable",
        "lookup * on *: dial udp *: connect: network is unreachable",
        "lookup *: dial udp *: connect: no route to host",
        "lookup * on *: dial udp *: connect: no route to host",
        "lookup * on *: dial tcp *: connect: network is unreachable",
        "lookup * on *: write udp *: network is unreachable",
        "lookup * on *: read udp *: no route to host", "lookup * on *: read udp *: read: no route to host",
    ];
    Lookup: [
        "dial tcp: lookup", "dial: lookup", "lookup", "failed to lookup address information",
    ];
    Refused: [
        "connection refused", "connectex: no connection could be made", "actively refused", "econnrefused",
        "connectexception: connection refused", "connection was refused", "refused the connection",
        "no connection could be made because the target machine actively refused it",
    ];
    DialTimeout: [
        "dial tcp *: i/o timeout", "i/o timeout", "connection timed out", "connect: operation timed out",
        "client.timeout exceeded while awaiting headers", "request canceled while waiting for connection",
        "dial tcp *: connect: connection timed out", "failed to connect … timed out", "etimedout",
        "connection attempt failed because the connected party did not properly respond",
        "timed out connecting", "connection timeout", "network timed out while trying to connect",
        "timed out while trying to connect", "connect timeout", "connection to … timed out",
        "could not connect … timed out", "a connection attempt failed because the connected party",
        "failed to connect to … port … after", "dial … timed out", "dial tcp *: operation timed out",
        "context deadline exceeded (client.timeout exceeded while awaiting headers)", "connect etimedout",
        "wsaetimedout", "connection to … could not be established", "tcp connect … timeout",
        "there is a connection issue between the task and",
    ];
    NoRoute: [
        "no route to host", "network is unreachable", "cannot assign requested address", "host is down",
        "connect: invalid argument",
        "enetunreach", "ehostunreach", "unreachable network", "address family not supported",
        "network is down", "connect: permission denied", "connect: operation not permitted",
        "unreachable host", "no suitable address found",
        "socket operation was attempted to an unreachable network",
        "socket operation was attempted to an unreachable host", "no route … host", "network unreachable",
        "host unreachable",  "protocol not available … tcp6", "no ipv4 address", "no ipv6",
        "destination host unreachable",
    ];
    Reset: [
        "connection reset by peer", "broken pipe", "econnreset", "forcibly closed by the remote host",
        "use of closed network connection", "server closed idle connection", "http2: server sent goaway",
        "stream error", "connection closed by remote", "transport connection broken",
        "unexpected connection close", "remote end closed connection", "http2: client connection lost",
        "tls: user canceled", "connection was reset", "wsarecv", "an established connection was aborted",
        "an existing connection was forcibly closed", "econnaborted", "connection aborted",
        "socket hang up", "connection closed unexpectedly", "empty reply from server", "connection reset",
        "unexpected disconnect", "closed the connection", "software caused connection abort",
        "peer closed connection", "connection was closed", "premature close", "server closed the stream",
    ];
    Eof: [
        "eof",
    ];
    BodyTimeout: [
        "context canceled … reading body", "client.timeout or context cancellation while reading body",
        "client.timeout exceeded while reading body", "timeout awaiting response headers",
        "request canceled (client.timeout exceeded", "read tcp …: i/o timeout",
        "read: connection timed out", "read: operation timed out",
        "read timeout", "timed out reading", "read timed out", "timeout while reading",
        "timed out … while downloading",
    ];
    // `go@b4712ab0:src/net/http/h2_bundle.go:8341`; with more behind it, another limit of time is meant.
    Canceled: [
        "net/http: request canceled", "request canceled",
    ];
    // The page of `haproxy@50872daa6:src/http.c:183`, as registries behind it send it.
    RequestCut: [
        "didn't send a complete request", "did not send a complete request",
    ];
    TooLong: [
        "message too long", "fragmentation needed", "mtu",
    ];
    BadPort: [
        "invalid port", "unknown port", "invalid url port", "too many colons in address",
    ];
    ProxyConnect: [
        "squid", "zscaler", "fortinet", "web gateway", "bluecoat", "url filtering", "proxy server",
        "proxy returned", "proxyconnect tcp", "proxyconnect", "error connecting to proxy",
        "proxy authentication required", "socks connect", "407 proxy", "unknown scheme … proxy",
        "invalid proxy", "via proxy", "bad proxy", "proxy error", "authenticationrequired", "http_proxy",
        "https_proxy", "socks5", "through proxy", "connecting to proxy", "tunnel connection failed",
        "proxy tunneling failed", "proxy connect", "received http code … from proxy",
        "bad response from proxy", "unable to connect to proxy", "proxyerror", "cannot connect to proxy",
        "proxy refused", "proxy authorization", "netskope", "checkpoint … blocked", "sophos", "palo alto",
        "mcafee", "forcepoint", "url filter", "web filter", "content filter",
    ];
    Filtered: [
        "request blocked by", "blocked by privoxy", "privoxy", "access to this site is blocked",
        "this site is blocked", "this site has been blocked", "website has been blocked",
        "blocked by your organization", "blocked by administrator", "blocked by your administrator",
        "blocked by the administrator", "blocked by your network", "blocked by url filter",
        "web page blocked", "webpage blocked", "page has been blocked", "connection blocked by",
        "connection was blocked", "domain is blocked", "destination is not allowed", "egress … denied",
        "egress policy", "not in the egress", "host_not_allowed", "host not allowed", "policy … denies access to",
    ];
    ConnectRefused: [
        "https://*\": forbidden", "https://*: forbidden", "https://*\": bad gateway",
        "https://*: bad gateway", "https://*\": service unavailable", "https://*: service unavailable",
        "https://*\": gateway timeout", "https://*: gateway timeout",
        "https://*\": proxy authentication required", "https://*\": not found",
        "https://*\": method not allowed", "https://*\": not allowed", "https://*\": host_not_found",
        "https://*\": tunnel failed", "https://*\": bad request", "https://*: bad request",
        "https://*: proxy authentication required", "https://*: method not allowed",
    ];
    GatewayPhrase: [
        "https://*\": internal server error", "https://*: internal server error",
    ];
}
