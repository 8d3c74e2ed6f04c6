package slack

// chineseHelp returns the Chinese of the help, by the English.
func chineseHelp() map[string]string {
	return map[string]string{
		`A Slack workspace with an app_token uses Socket Mode. With a signing_secret instead,
Slack sends its requests to --listen. For a workspace called acme in the file, enter
these URLs on the app's pages:
  Slash Commands                   https://YOUR.HOST/slack/acme/commands
  Interactivity & Shortcuts        https://YOUR.HOST/slack/acme/interactions
  Event Subscriptions              https://YOUR.HOST/slack/acme/events

`: `设置了 app_token 的 Slack 工作区使用 Socket Mode。改用 signing_secret 时，Slack 把请求发到
--listen。如果工作区在文件中名为 acme，请在应用的页面上填写以下地址：
  Slash Commands                   https://YOUR.HOST/slack/acme/commands
  Interactivity & Shortcuts        https://YOUR.HOST/slack/acme/interactions
  Event Subscriptions              https://YOUR.HOST/slack/acme/events

`,
		`  - on Slack, whether the app can open Socket Mode, and whether an admin_token is valid;
`: `  - Slack：应用能否打开 Socket Mode，admin_token 是否有效；
`,
		`  - on Slack, limits on who may create private channels or remove people, wrong
    URLs, a wrong signing secret, and missing shortcuts or a missing Home tab.
`: `  - Slack：对创建私有频道或移除成员的限制、错误的地址、错误的 signing secret，
    以及缺少快捷方式或 Home 标签页。
`,
		"Print the manifest of a Slack app, ready to paste": "显示 Slack 应用的 manifest，可直接粘贴",
		`This prints the manifest of the Slack app that a workspace of the config file needs:
scopes, events, the slash command, shortcuts, and how Slack reaches riskroom. It
contains nothing else. Paste it at https://api.slack.com/apps under Create New App,
From a manifest, JSON. For an existing app, paste it under App Manifest and install
the app to the workspace again. When you add a flow that creates groups or posts in channels,
the app may need more scopes; "check --online" reports that.

A workspace with an app_token gets a manifest for Socket Mode. A workspace with a
signing_secret uses HTTP and needs --url, the public address of serve. The command
connects to nothing and needs no secrets.

Exit codes: 0 printed, 1 the config file has problems, 2 the command line is
wrong.`: `显示配置文件中某个工作区所需的 Slack 应用 manifest：权限、事件、斜杠命令、快捷方式，以及
Slack 如何访问 riskroom，不含其他内容。请打开 https://api.slack.com/apps，在 Create New App 的
From a manifest 中选择 JSON 并粘贴。已有的应用请粘贴到 App Manifest，然后在工作区中重新安装。
添加会创建群组或在频道发言的动作流后，应用可能需要更多权限，"check --online" 会报告。

设置了 app_token 的工作区得到使用 Socket Mode 的 manifest。设置了 signing_secret 的工作区使用
HTTP，需要用 --url 指定 serve 的公网地址。此命令不连接任何服务，也不需要密钥。

退出码：0 已显示，1 配置文件有问题，2 命令行有误`,
	}
}
