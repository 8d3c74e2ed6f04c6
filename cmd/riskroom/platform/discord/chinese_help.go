package discord

// chineseHelp returns the Chinese of the help, by the English.
func chineseHelp() map[string]string {
	return map[string]string{
		`A Discord server without a public_key uses the gateway. With a public_key, Discord
sends its requests to --listen. For a server called guild in the file, enter this URL
on the application's pages:
  Interactions Endpoint URL        https://YOUR.HOST/discord/guild/interactions

`: `没有 public_key 的 Discord 服务器使用网关。设置了 public_key 时，Discord 把请求发到 --listen。
如果服务器在文件中名为 guild，请在应用的页面上填写以下地址：
  Interactions Endpoint URL        https://YOUR.HOST/discord/guild/interactions

`,
		`  - on Discord, the public key, the Interactions Endpoint URL and the right to
    register commands;
  - on Discord, the Server Members Intent, two-factor authentication, the
    permissions in the category for groups, and how many more channels fit.
`: `  - Discord：公钥、Interactions Endpoint URL 和注册命令的权限；
  - Discord：Server Members Intent、双重验证、群组所在类别的权限，以及还能容纳多少频道。
`,
		"Print how to set up the Discord application": "显示如何设置 Discord 应用",
		`This prints the steps to set up the Discord application for a workspace of the
config file: what to click, where each secret comes from, which intents to switch
on, and the link that installs the bot with only the permissions that it needs.

A workspace with a public_key uses HTTP and needs --url, the public address of
serve. The command connects to nothing and needs no secrets.

Exit codes: 0 printed, 1 the config file has problems, 2 the command line is
wrong.`: `显示为配置文件中某个工作区设置 Discord 应用的步骤：该点哪里，各个密钥从哪里来，打开哪些
intent，以及安装机器人的链接，机器人只有必需的权限。

设置了 public_key 的工作区使用 HTTP，需要用 --url 指定 serve 的公网地址。此命令不连接任何服务，
也不需要密钥。

退出码：0 已显示，1 配置文件有问题，2 命令行有误`,
		"the Application ID from General Information, for the link": "General Information 中的 Application ID，用于链接",
	}
}
