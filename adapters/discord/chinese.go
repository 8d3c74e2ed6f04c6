package discord

// chinese has what people read in Settings, in Chinese.
func chinese() map[string]string {
	return map[string]string{
		"64 hexadecimal digits":         "64 位十六进制数字",
		"three parts with dots between": "用点号分隔的三段",
		"the channel's menu, Copy Channel ID, with Developer Mode on (User Settings, Advanced)":                         "在“用户设置”的“高级”中打开开发者模式，然后在频道菜单中复制频道 ID",
		"the person's profile, ···, Copy User ID, with Developer Mode on (User Settings, Advanced)":                     "在“用户设置”的“高级”中打开开发者模式，然后在此人的个人资料中点击 ···，复制用户 ID",
		"archived groups need another category than groups in use, or riskroom couldn't tell which groups are archived": "已归档的群组要放在另一个类别中，否则 riskroom 无法区分哪些群组已归档",
	}
}
