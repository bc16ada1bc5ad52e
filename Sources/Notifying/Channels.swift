// SPDX-License-Identifier: Apache-2.0

/// The channels there are, one file each in the folder `Channels`, sorted by key.
public enum Channels {
    public static let all: [any Channel.Type] = [
        Exec.self,
        HTTPRequest.self,
        LogLine.self,
        PagerDuty.self,
        Slack.self,
        Teams.self,
        Webhook.self,
    ]
}
