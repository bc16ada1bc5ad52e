// SPDX-License-Identifier: Apache-2.0
import CCurl
import Glibc

/// libcurl's easy handle: one request at a time; its connections stay open from one to the next.
struct EasyHandle: ~Copyable {
    /// nil when libcurl could not start, as it has no memory: each request then fails and says so.
    private let pointer: UnsafeMutableRawPointer?
    private let message: UnsafeMutablePointer<CChar>

    /// `curl_global_init`, once. libcurl does not shield a process from SIGPIPE when CURLOPT_NOSIGNAL is set, and
    /// OpenSSL may write to a connection whose peer has gone, so the signal's default, to end the process, is replaced.
    private static let library: CURLcode = {
        signal(SIGPIPE, SIG_IGN)
        return vw_curl_global_start()
    }()

    init() {
        pointer = Self.library == CURLE_OK ? curl_easy_init() : nil
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        if let pointer { curl_easy_cleanup(pointer) }
        message.deallocate()
    }

    /// Forgets every option, keeps connections, names and TLS sessions; then sets what is the same for each request.
    private func reset(for transfer: Transfer) -> CURLcode {
        guard let pointer else { return CURLE_FAILED_INIT }
        curl_easy_reset(pointer)
        message[0] = 0
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        return Self.first([
            set(CURLOPT_NOSIGNAL, 1), set(CURLOPT_FOLLOWLOCATION, 0), set(CURLOPT_NOPROGRESS, 0),
            vw_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, message),
            vw_curl_set_sink(pointer, CURLOPT_WRITEFUNCTION, writeBody),
            vw_curl_set_sink(pointer, CURLOPT_HEADERFUNCTION, countHeader),
            vw_curl_set_progress(pointer, watchCancellation),
            vw_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context),
            vw_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context),
            vw_curl_set_pointer(pointer, CURLOPT_XFERINFODATA, context),
            vw_curl_set_opener(pointer, openSocket),
            vw_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context),
        ])
    }

    /// Sets what `request` asks for, which goes to `address` in `milliseconds`. `body`'s memory and `transfer` must live
    /// until `perform` has returned.
    func prepare(
        _ request: WebRequest, to address: Address, within milliseconds: Int, _ body: UnsafeBufferPointer<UInt8>,
        _ transfer: Transfer
    ) -> CURLcode {
        let code = reset(for: transfer)
        guard code == CURLE_OK else { return code }
        var codes = [
            set(CURLOPT_URL, address.named(request.settings.tls.serverName)),
            set(CURLOPT_TIMEOUT_MS, milliseconds),
            set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, Self.connectMilliseconds)),
            set(CURLOPT_LOW_SPEED_LIMIT, 1), set(CURLOPT_LOW_SPEED_TIME, Self.stallSeconds),
        ]
        // A POST without a body still says how long it is.
        if !body.isEmpty || request.method == "POST" { codes.append(setBody(body)) }
        codes.append(set(CURLOPT_CUSTOMREQUEST, request.method))
        if case .basic(let user, let password) = request.credentials {
            codes += [set(CURLOPT_USERNAME, user), set(CURLOPT_PASSWORD, password)]
        }
        codes += prepare(request.settings.tls) + prepare(request.settings.proxy)
        return Self.first(codes)
    }

    private func prepare(_ tls: WebClientSettings.TLS) -> [CURLcode] {
        let oldest =
            switch tls.oldestVersion {
            case .tls10: CURL_SSLVERSION_TLSv1_0
            case .tls11: CURL_SSLVERSION_TLSv1_1
            case .tls12: CURL_SSLVERSION_TLSv1_2
            case .tls13: CURL_SSLVERSION_TLSv1_3
            }
        var codes = [set(CURLOPT_SSLVERSION, oldest)]
        if let file = tls.authorityFile { codes += [set(CURLOPT_CAINFO, file)] }
        if let file = tls.certificateFile { codes += [set(CURLOPT_SSLCERT, file)] }
        if let file = tls.keyFile { codes += [set(CURLOPT_SSLKEY, file)] }
        if tls.skipsVerification { codes += [set(CURLOPT_SSL_VERIFYPEER, 0), set(CURLOPT_SSL_VERIFYHOST, 0)] }
        return codes
    }

    private func prepare(_ proxy: WebClientSettings.Proxy) -> [CURLcode] {
        switch proxy {
        case .environment: []
        // An empty name turns off what the environment says.
        case .none: [set(CURLOPT_PROXY, "")]
        case .url(let url, let exceptions): [set(CURLOPT_PROXY, url), set(CURLOPT_NOPROXY, exceptions ?? "")]
        }
    }

    /// The most that connecting may take of a request's timeout.
    private static let connectMilliseconds = 5_000
    /// A transfer that moves less than a byte a second for so long is given up.
    private static let stallSeconds = 30

    private func set(_ option: CURLoption, _ value: String) -> CURLcode {
        vw_curl_set_string(pointer, option, value)
    }

    private func set(_ option: CURLoption, _ value: Int) -> CURLcode {
        vw_curl_set_long(pointer, option, value)
    }

    /// libcurl reads the body in place.
    private func setBody(_ body: UnsafeBufferPointer<UInt8>) -> CURLcode {
        let bytes = UnsafeMutableRawPointer(mutating: body.baseAddress)
        return Self.first([
            set(CURLOPT_POST, 1), vw_curl_set_large(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
            vw_curl_set_pointer(pointer, CURLOPT_POSTFIELDS, bytes),
        ])
    }

    /// Runs the transfer, with `headers` as lines of `Name: value`; blocks until it has ended. With `route`, as
    /// `name:port:host:port`, the server called `name` is looked for elsewhere.
    func perform(headers: [String], route: String?) -> CURLcode {
        var list = TextList(headers)
        var routes = TextList(route.map { [$0] } ?? [])
        defer {
            list.free()
            routes.free()
        }
        guard let pointer else { return CURLE_FAILED_INIT }
        guard list.isWhole, routes.isWhole else { return CURLE_OUT_OF_MEMORY }
        let code = Self.first([
            vw_curl_set_list(pointer, CURLOPT_HTTPHEADER, list.head),
            vw_curl_set_list(pointer, CURLOPT_CONNECT_TO, routes.head),
        ])
        return code == CURLE_OK ? curl_easy_perform(pointer) : code
    }

    /// Where the last answer leads, as a whole URL; nil when it is no redirect.
    var redirectURL: String? {
        guard let pointer else { return nil }
        var text: UnsafePointer<CChar>?
        guard vw_curl_get_string(pointer, CURLINFO_REDIRECT_URL, &text) == CURLE_OK, let text else { return nil }
        return String(cString: text)
    }

    /// The status of the last answer, 0 when there was none.
    var status: Int {
        guard let pointer else { return 0 }
        var status = 0
        return vw_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0
    }

    /// libcurl reads both forms of `Retry-After`; 0 is its word for none.
    var retryAfterSeconds: Int {
        guard let pointer else { return 0 }
        var seconds: curl_off_t = 0
        return vw_curl_get_large(pointer, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK ? Int(seconds) : 0
    }

    /// What libcurl says about the last failure, one printable line.
    func reason(for code: CURLcode) -> String {
        let text = message[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
        return String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    private static func first(_ codes: [CURLcode]) -> CURLcode {
        codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }
}

/// libcurl's list of texts, to be freed by hand once the transfer is over.
private struct TextList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?
    /// Whether there was memory for all of them.
    private(set) var isWhole = true

    init(_ texts: [String]) {
        for text in texts {
            guard let longer = curl_slist_append(head, text) else {
                isWhole = false
                return
            }
            head = longer
        }
    }

    mutating func free() {
        curl_slist_free_all(head)
        head = nil
    }
}
