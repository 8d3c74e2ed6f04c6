package inspect

// Chinese returns the Chinese of this package's phrases and of package platform's, by the
// English.
func Chinese() map[string]string {
	return map[string]string{
		"%s and %s are the same %s, %s":                                     "%s 和 %s 是同一个%s：%s",
		"%s and %s are the same account in %s, %s":                          "%s 和 %s 在 %s 是同一个账号：%s",
		"%s can't be found by e-mail address in %s":                         "在 %[2]s 按邮箱找不到 %[1]s",
		"%s doesn't respond for %s (%s)":                                    "%s 对 %s 没有响应（%s）",
		"%s has no %s %s":                                                   "%s 没有%s %s",
		"%s has several %ss called %s":                                      "%s 有多个%s名为 %s",
		"%s is %s, where the bot is %s":                                     "%s 是 %s，机器人在那里名为 %s",
		"%s is a bot in %s":                                                 "%s 在 %s 是机器人",
		"%s is deactivated in %s":                                           "%s 在 %s 已停用",
		"%s on %s":                                                          "%[2]s 上的 %[1]s",
		"%s was not asked: its bot_token is not set":                        "没有询问 %s：未设置它的 bot_token",
		"%s, or create a %s under %s":                                       "%[1]s，或在%[3]s中创建%[2]s",
		"%s; or ask them to link their accounts with %s link":               "%s；或请本人用 %s 关联 关联账号",
		"@%s doesn't exist: %s":                                             "@%s 不存在：%s",
		"check the network, api_url and proxies":                            "请检查网络、api_url 和代理",
		"check the spelling":                                                "请检查拼写",
		"check the spelling, or use the user ID: %s":                        "请检查拼写，或使用用户 ID：%s",
		"copy the ID again: %s":                                             "请重新复制 ID：%s",
		"could not check %s in %s: %s":                                      "无法检查 %[2]s 的%[1]s：%[3]s",
		"keep one of the two":                                               "请只保留一个",
		"name a person":                                                     "请写一个人",
		"name somebody else, or have the account reactivated":               "请写其他人，或恢复该账号",
		"no %s of that name in %s":                                          "%[2]s 没有这个名称的%[1]s",
		"remove one of them":                                                "请删除其中一个",
		"set the environment variable or the file that bot_token refers to": "请设置 bot_token 引用的环境变量或文件",
		"the %s @%s in %s has no members":                                   "%[3]s 的%[1]s @%[2]s 没有成员",
		"the admin_channel":                                                 "admin_channel",
		"the channel":                                                       "频道",
		"the members of @%s in %s can't be listed: %s":                      "无法列出 %[2]s 的 @%[1]s 的成员：%[3]s",
	}
}
