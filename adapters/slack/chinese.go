package slack

// chinese has what people read in Settings, in Chinese.
func chinese() map[string]string {
	return map[string]string{
		"32 hexadecimal digits": "32 位十六进制数字",
		"the channel's name at its top, About, Channel ID at the bottom":                                                        "点击频道顶部的名称，打开“关于”，底部有频道 ID",
		"the person's profile, More, Copy member ID":                                                                            "打开此人的个人资料，点击“更多”，复制成员 ID",
		"only an admin_token can restrict who posts; without one, use archive or announce":                                      "只有 admin_token 能限制发言；没有时请用 archive 或 announce",
		"Slack can't mute single people.":                                                                                       "Slack 不能禁言个别人员。",
		"Slack lets a bot restrict who can post only with an admin_token, which only organisations on an Enterprise plan have.": "Slack 只允许带 admin_token 的机器人限制发言，而只有企业版组织才有 admin_token。",
	}
}
