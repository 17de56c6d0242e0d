//! Names, connections and proxies.
//!
//! Sources: `go1.25 net/dnsclient_unix.go, net/net.go, net/http/transport.go`, `golang.org/x/sys windows/zerrors_windows.go`,
//! the messages of Linux' and Windows' error numbers, curl and OpenSSL where registries' helpers print them.

use super::words;

words! {
    NoSuchHost: [
        "no such host", "name or service not known", "nodename nor servname", "nxdomain",
        "could not resolve host", "unknown host", "no address associated with hostname",
        "getaddrinfo enotfound", "no data record",
    ];
    ResolverFailed: [
        "server misbehaving", "temporary failure in name resolution", "lookup …: i/o timeout",
        "lookup …: read udp …: connection refused", "lookup …: read udp …: i/o timeout",
        "lookup …: dial udp …: connect: network is unreachable", "lookup …: dial udp", "lookup …: read udp",
        "lookup …: write udp", "lookup …: dial tcp", "lookup …: read tcp", "cannot unmarshal dns message",
        "servfail", "eai_again", "try again later … lookup", "lookup …: connection refused",
        "lookup …: device or resource busy", "dns lookup failed", "lookup …: too many open files",
        "lookup …: connect: network is unreachable", "lookup …: connection timed out",
        "lookup …: no route to host", "lookup …: operation was canceled",
        "lookup …: context deadline exceeded", "dns server failure", "no servers could be reached",
        "resolv.conf",
    ];
    Lookup: [
        "dial tcp: lookup", "dial: lookup", "lookup",
    ];
    Refused: [
        "connection refused", "connectex: no connection could be made", "actively refused", "econnrefused",
    ];
    DialTimeout: [
        "dial tcp …: i/o timeout", "i/o timeout", "connection timed out", "connect: operation timed out",
        "client.timeout exceeded while awaiting headers", "request canceled while waiting for connection",
        "dial tcp …: connect: connection timed out", "failed to connect … timed out", "etimedout",
        "connection attempt failed because the connected party did not properly respond",
        "timed out connecting", "connection timeout",
    ];
    NoRoute: [
        "no route to host", "network is unreachable", "cannot assign requested address", "host is down",
        "enetunreach", "ehostunreach", "unreachable network", "address family not supported",
        "network is down", "connect: permission denied", "connect: operation not permitted",
        "unreachable host", "no suitable address found",
    ];
    Reset: [
        "connection reset by peer", "broken pipe", "econnreset", "forcibly closed by the remote host",
        "use of closed network connection", "server closed idle connection", "http2: server sent goaway",
        "stream error", "connection closed by remote", "transport connection broken",
        "unexpected connection close", "remote end closed connection", "http2: client connection lost",
        "tls: user canceled", "connection was reset",
    ];
    Eof: [
        "eof",
    ];
    BodyTimeout: [
        "context canceled … reading body", "client.timeout or context cancellation while reading body",
        "client.timeout exceeded while reading body", "timeout awaiting response headers",
        "request canceled (client.timeout exceeded", "read tcp …: i/o timeout",
        "read: connection timed out", "net/http: request canceled", "read: operation timed out",
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
        "https_proxy", "socks5", "through proxy",
    ];
    ConnectRefused: [
        "https://*\": forbidden", "https://*: forbidden", "https://*\": bad gateway",
        "https://*: bad gateway", "https://*\": service unavailable", "https://*: service unavailable",
        "https://*\": gateway timeout", "https://*: gateway timeout",
        "https://*\": proxy authentication required", "https://*\": not found",
        "https://*\": method not allowed", "https://*\": not allowed", "https://*\": host_not_found",
        "https://*\": tunnel failed",
    ];
    GatewayPhrase: [
        "https://*\": internal server error", "https://*: internal server error",
    ];
}
