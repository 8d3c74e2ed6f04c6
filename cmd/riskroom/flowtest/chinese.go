package flowtest

import "maps"

// Chinese returns the Chinese of this package's phrases, by the English.
func Chinese() map[string]string {
	all := chineseProblems()
	maps.Copy(all, chineseReport())
	return all
}

// chineseProblems has what is wrong with a test file.
func chineseProblems() map[string]string {
	return map[string]string{
		"%q is not a length of time":                              "%q 不是时长",
		"%q is not a moment":                                      "%q 不是时刻",
		"%q is not the key of a risk":                             "%q 不是风险编号",
		"a step belongs to a flow":                                "步骤属于动作流",
		"another test has this name, on line %d":                  "第 %d 行的测试已使用此名称",
		"begin each test with a dash: - name: …":                  "每个测试以短横线开头：- name: …",
		"choose a later time, or an earlier start":                "请选择更晚的时间，或提前 start",
		"choose an earlier time, or write for: and a longer time": "请选择更早的时间，或用 for: 写更长的时间",
		"give each an entry of its own":                           "请分别写成单独的一项",
		"give one of them another name":                           "请给其中一个改名",
		"the config file has no flow %q: %s":                      "配置文件中没有动作流 %q。%s",
		"the first risk that is filed is %s, the next %s":         "第一条填报的风险是 %s，下一条是 %s",
		"the flow %s has no step %q: %s":                          "动作流 %s 没有步骤 %q。%s",
		"the test %q expects nothing":                             "测试 %q 没有任何预期",
		"the test doesn't say when it starts":                     "测试没有写开始时间",
		"the test ends earlier, at %s":                            "测试在此之前的 %s 就结束了",
		"the test has no risk":                                    "测试中没有风险",
		"the test starts later, at %s":                            "测试到 %s 才开始",
		"the test has no risk %s":                                 "测试中没有风险 %s",
		"write a name as under people in the config file, or %s for somebody who isn't there; members can name others": "请写配置文件 people 中那样的名字；如需不在其中的人，请写 %s，其他人可在 members 中写出",
		"if members has the people of this user group or role, write their names":                                      "如果 members 中有该用户组或角色的成员，请写成员的名字",
		"there is no test":                                                     "没有任何测试",
		"there is nobody called %q: %s":                                        "没有名为 %q 的人员。%s",
		"this expects nothing":                                                 "这一项没有写任何预期",
		"this expects several things at once":                                  "这一项同时写了多个预期",
		`write a day and a time, such as "2026-03-02 09:00"`:                   `请写日期和时间，如 "2026-03-02 09:00"`,
		"write config: and the path of the config file, from the folder of %s": "请写 config: 和配置文件的路径（从 %s 所在的文件夹算起）",
		"write days, hours and minutes, such as 2d, 1h or 30m":                 "请写天、小时和分钟，如 2d、1h 或 30m",
		"write expect, never or complete: true":                                "请写 expect、never 或 complete: true",
		"write flow: and the name of the flow, too":                            "请同时写 flow: 和动作流的名称",
		"write one of %s":                                                      "请写其中之一：%s",
		"write risks here, or at the top for all tests":                        "请在此处写 risks，或写在文件顶部供所有测试使用",
		`write start: "2026-03-02 09:00" here, or at the top for all tests`:    `请在此处写 start: "2026-03-02 09:00"，或写在文件顶部供所有测试使用`,
	}
}

// chineseReport has what is said about tests that fail.
func chineseReport() map[string]string {
	return map[string]string{
		"%s (%s, %s): %s":             "%s（%s，%s）：%s",
		"%s files %s":                 "%s 填报 %s",
		"%s joins %s":                 "%s 加入%s",
		"%s leaves %s":                "%s 退出%s",
		"%s types: %s":                "%s 输入：%s",
		"%s, at %s":                   "%s，时间 %s",
		"%s, at %s or up to %s later": "%s，时间 %s 或其后 %s 之内",
		"%s, step %s":                 "%s，步骤 %s",
		"%s, within %s of what is expected before it": "%s，在上一项之后 %s 之内",
		"%s: never carried out":                       "%s：从未执行",
		"%s: never false: %s":                         "%s：从未为假：%s",
		"%s: never true: %s":                          "%s：从未为真：%s",
		"%s: until was never false: %s":               "%s：until 从未为假：%s",
		"%s: until was never true: %s":                "%s：until 从未为真：%s",
		"a group":                                     "某个群组",
		"cancelled":                                   "已取消",
		"change of %s":                                "更改%s",
		"complete: true, but nothing expects this, at %s: %s": "complete: true，但 %s 发生了预期之外的事：%s",
		"creation of %s":                  "创建%s",
		"end of %s":                       "结束%s",
		"expected, but didn't happen: %s": "预期的事没有发生：%s",
		"failed: %s":                      "失败：%s",
		"held back":                       "暂缓",
		"it became %s":                    "变成了 %s",
		"it happened at %s":               "它发生在 %s",
		"it happened at %s, before the entry above: write entries in the order of time": "它发生在 %s，早于上一项：请按时间顺序书写",
		"it was %s":                            "实际是 %s",
		"it was no reply":                      "实际不是回复",
		"it replied to %s":                     "实际回复的是 %s",
		"reply to %s":                          "回复 %s",
		"it was about %s":                      "实际关于 %s",
		"it was in #%s":                        "实际在 #%s",
		"its text doesn't contain %q":          "文本中没有 %q",
		"line %d":                              "第 %d 行",
		"members %s":                           "成员 %s",
		"message in %s":                        "%s中的消息",
		"message to %s":                        "发给 %s 的消息",
		"must never happen, but did at %s: %s": "不允许发生，但在 %s 发生了：%s",
		"new node: %s":                         "新节点：%s",
		"new status: %s":                       "新状态：%s",
		"only %s sees: %s":                     "仅 %s 可见：%s",
		"riskroom isn't running":               "riskroom 停止运行",
		"riskroom is running again":            "riskroom 恢复运行",
		"parked":                               "待人工处理",
		"skipped: %s":                          "已跳过：%s",
		"somebody":                             "某人",
		"the closest, at %s: %s":               "最接近的一项发生在 %s：%s",
		"the flow was %s":                      "实际的动作流是 %s",
		"the group %s":                         "群组 %s",
		"the members were %s":                  "实际的成员是 %s",
		"the name was %s":                      "实际的名称是 %s",
		"the purpose was %s":                   "实际的说明是 %s",
		"the reason was %s":                    "实际的原因是 %s",
		"the reason was %s (%s)":               "实际的原因是 %s（%s）",
		"the step was %s":                      "实际的步骤是 %s",
		"the topic was %s":                     "实际的主题是 %s",
		"the type was %s":                      "实际的类型是 %s",
		"this can't be played: %v":             "无法执行：%v",
	}
}
