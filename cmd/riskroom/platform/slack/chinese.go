package slack

import "maps"

// chinese returns the Chinese of this package's phrases, by the English.
func chinese() map[string]string {
	all := map[string]string{
		"%s %s doesn't exist, or the bot is not a member": "%s %s 不存在，或机器人不是其成员",
		"%s %s is archived":                      "%s %s 已归档",
		"Slack rejects the bot token of %s (%s)": "Slack 拒绝了 %s 的机器人令牌（%s）",
		"Socket Mode":                            "Socket Mode",
		"add them on the app's OAuth & Permissions page under Bot Token Scopes, then use Reinstall to Workspace; riskroom manifest slack lists them all":    "请在应用的 OAuth & Permissions 页面的 Bot Token Scopes 中添加，然后点击 Reinstall to Workspace；riskroom manifest slack 会列出全部",
		"allow the bot in the channel's settings under Posting permissions, or name another channel":                                                        "请在频道设置的“发帖权限”中允许机器人，或改写其他频道",
		"copy the Bot User OAuth Token from the app's OAuth & Permissions page; if there is none, install the app first":                                    "请从应用的 OAuth & Permissions 页面复制 Bot User OAuth Token；如果没有，请先安装应用",
		"have an owner or administrator of the organisation install the app with the user scope admin.conversations:write, and copy the User OAuth Token":   "请由组织的所有者或管理员以用户权限 admin.conversations:write 安装应用，然后复制 User OAuth Token",
		"in the channel, type /invite @ and the bot's name":                                                                                                 "请在频道中输入 /invite @ 加机器人的名称",
		"posting in %s %s is restricted, and the bot may be excluded":                                                                                       "%s %s 限制发言，机器人可能不能发言",
		"riskroom cannot restrict who posts in %s with its admin_token: %s":                                                                                 "riskroom 不能用 %s 的 admin_token 限制发言：%s",
		"switch it on on the app's Socket Mode page, and generate the app_token with the scope connections:write under Basic Information, App-Level Tokens": "请在应用的 Socket Mode 页面打开它，并在 Basic Information 的 App-Level Tokens 中生成权限为 connections:write 的 app_token",
		"the admin_token": "admin_token",
		"the app of %s cannot open Socket Mode with its app_token: %s": "%s 的应用不能用 app_token 打开 Socket Mode：%s",
		"the bot of %s lacks scopes: %s":                               "%s 的机器人缺少权限：%s",
		"unarchive it, or name another channel":                        "请取消归档，或改写其他频道",

		"they need a paid plan":    "需要付费方案",
		"workspace":                "工作区",
		"user":                     "用户",
		"user group":               "用户组",
		"Directories, User groups": "“目录”的“用户组”",
		"add people to it under Directories, User groups": "请在“目录”的“用户组”中添加成员",

		"over Socket Mode": "通过 Socket Mode",
		"over HTTP, at %s": "通过 HTTP，路径 %s",
		"%s has an app_token, so it uses Socket Mode and needs no --url":                                                                                                                                        "%s 有 app_token，使用 Socket Mode，不需要 --url",
		"%s has a signing_secret, so Slack calls serve over HTTP: give its address with --url https://…":                                                                                                        "%s 有 signing_secret，Slack 会通过 HTTP 访问 serve：请用 --url https://… 指定地址",
		"Paste this at https://api.slack.com/apps: Create New App, From a manifest, JSON. Then:":                                                                                                                "打开 https://api.slack.com/apps，选择 Create New App，From a manifest，JSON，粘贴以上内容。然后：",
		"  Install App: install it. The Bot User OAuth Token (xoxb-…) is the bot_token.":                                                                                                                        "  Install App：安装应用。Bot User OAuth Token（xoxb-…）就是 bot_token",
		"  OAuth & Permissions, User Token Scopes: add admin.conversations:write. Have an owner or administrator of the\n    organisation install the app. Their User OAuth Token (xoxp-…) is the admin_token.": "  OAuth & Permissions，User Token Scopes：添加 admin.conversations:write。请由组织的所有者或管理员安装应用，\n    其 User OAuth Token（xoxp-…）就是 admin_token",
		"  Basic Information, App-Level Tokens: generate a token with connections:write. This token (xapp-…) is the app_token.":                                                                                 "  Basic Information，App-Level Tokens：生成权限为 connections:write 的令牌。该令牌（xapp-…）就是 app_token",
		"  Basic Information, App Credentials: the Signing Secret is the signing_secret.":                                                                                                                       "  Basic Information，App Credentials：Signing Secret 就是 signing_secret",
		"  Event Subscriptions: once riskroom serve is running, verify the request URL.":                                                                                                                        "  Event Subscriptions：riskroom serve 运行后，验证 Request URL",
	}
	maps.Copy(all, chineseHelp())
	return all
}
