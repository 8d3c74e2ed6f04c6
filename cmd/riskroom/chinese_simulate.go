package main

// chineseSimulate returns the Chinese of the phrases of simulate, by the English.
func chineseSimulate() map[string]string {
	return map[string]string{
		"Show what flows will do on which day, without contacting anybody": "显示动作流将在哪一天做什么，不会联系任何人",
		`simulate files risks, lets days pass within seconds, and prints a timeline: who
gets a message, which group is created with whom, what is skipped and why. The
engine, the adapters and their rate limits are the ones that serve uses. Only the
workspaces are emulated: nobody is contacted, and secrets needn't be set.

By default there are two made-up risks: nobody touches the first, and somebody
starts on the second and resolves it. --risks names a file with your own: CSV as
riskroom export writes it, or YAML like this:
  start: "2026-03-02 09:00"      # by default today at nine
  for: 30d                       # the default
  members: { acme/oncall: [lin] }        # of user groups and roles
  risks:
    - { title: Ledger is off, by: mei, module: Payments, severity: high,
        discovered_at: "2026-03-01 15:00", filed: "2026-03-02 09:30" }
  actions:
    - { at: "2026-03-03 10:00", by: lin, do: /risk take R-1 }
  down:                          # riskroom isn't running
    - { from: "2026-03-07 08:00", until: "2026-03-09 12:00" }
Only title is required of a risk. It can also have description, workspace,
handlers, due_at and fields. An action is any slash command. If the members of a
user group aren't known, the group stands for all of them.

With --live, it goes on from the open risks and the timers in the Redis that the
config file names: what will the next 30 days bring if nobody acts? simulate only
reads there, and needs the secrets in the redis section.

simulate warns if a flow can't keep its schedule under a platform's rate limits.
With --format json, the output has every event with its whole text.

Exit codes: 0 simulated, 1 it could not be simulated, 2 the command line is wrong.`: `simulate 填报风险，让若干天在几秒内过去，并显示时间线：谁收到消息，创建了哪些群组、有哪些成员，
跳过了什么、为什么。引擎、适配器及其速率限制与 serve 相同，只有工作区是模拟的：不会联系任何人，
也无需设置密钥。

默认有两条虚构的风险：第一条无人处理，第二条有人开始处理并解决。--risks 指定你自己的风险文件：
riskroom export 写出的 CSV，或如下的 YAML：
  start: "2026-03-02 09:00"      # 默认为今天九点
  for: 30d                       # 默认值
  members: { acme/oncall: [lin] }        # 用户组和角色的成员
  risks:
    - { title: 账目有误, by: mei, module: Payments, severity: high,
        discovered_at: "2026-03-01 15:00", filed: "2026-03-02 09:30" }
  actions:
    - { at: "2026-03-03 10:00", by: lin, do: /risk take R-1 }
  down:                          # riskroom 没有运行
    - { from: "2026-03-07 08:00", until: "2026-03-09 12:00" }
风险只有 title 必填，还可以有 description、workspace、handlers、due_at 和 fields。动作可以是任何
斜杠命令。用户组的成员未知时，由该组代表全体成员。

使用 --live 时，从配置文件所指 Redis 中未关闭的风险和定时器继续：如果无人操作，今后 30 天会发生
什么？simulate 在那里只读取，需要 redis 部分的密钥。

如果平台的速率限制使动作流无法按时执行，simulate 会发出警告。使用 --format json 时，输出包含
每个事件及其全文。

退出码：0 已模拟，1 无法模拟，2 命令行有误`,
		"%s is larger than %d MiB: export fewer risks, for example with --since": "%s 超过 %d MiB：请减少导出的风险，例如使用 --since",
		"warning: %s":                      "警告：%s",
		"which file? Name one config file": "哪个文件？请写一个配置文件",
		"a YAML file with risks and what people do, or CSV as export writes it":               "包含风险和人员操作的 YAML 文件，或 export 写出的 CSV 文件",
		"go on from the open risks in the Redis of the config file":                           "从配置文件所指 Redis 中未关闭的风险继续",
		"--live begins with the present and the risks in Redis: leave out --risks and --from": "--live 从现在和 Redis 中的风险开始：请去掉 --risks 和 --from",
		"a folder to write timelines to: R-17.svg of a risk, schedules.svg":                   "写入时间线的文件夹：各风险的文件名如 R-17.svg，定时计划的为 schedules.svg",
		"cannot write the timelines: %v":                                                      "无法写入时间线：%v",
		"show only this risk, such as R-17":                                                   "只显示该风险，如 R-17",
		"show messages as each platform displays them, and topics of groups":                  "按各平台的显示方式列出消息，并列出群组的主题",
		"when it starts: a day, or a day and a time as in \"2026-03-02 09:00\"":               "开始时间：日期，或日期加时间，如 \"2026-03-02 09:00\"",
		"riskroom isn't running during `FROM/UNTIL`; repeatable":                              "riskroom 在 `FROM/UNTIL` 期间没有运行；可重复",
		"--down: %q is not two moments such as \"2026-03-07 08:00/2026-03-09 12:00\"":         "--down：%q 不是 \"2026-03-07 08:00/2026-03-09 12:00\" 这样的两个时刻",
		"how long it lasts, such as 90d or 12h (default: 30d)":                                "持续多久，如 90d 或 12h（默认：30d）",
	}
}

// chineseTimeline has what a timeline says.
func chineseTimeline() map[string]string {
	return map[string]string{
		"riskroom: at %s":                 "riskroom：已到 %s",
		"riskroom isn't running until %s": "riskroom 停止运行，直到 %s",
		"riskroom is running again":       "riskroom 恢复运行",
		"--from: %q is not a day such as 2026-03-02, nor a moment such as \"2026-03-02 09:00\"": "--from：%q 不是 2026-03-02 这样的日期，也不是 \"2026-03-02 09:00\" 这样的时刻",
		"--for: %q is not a length of time such as 90d or 12h":                                  "--for：%q 不是 90d 或 12h 这样的时长",
		"cannot read the risks: %v":     "无法读取风险：%v",
		"%s: %s; nothing was simulated": "%s：%s；没有模拟",
		"from %s to %s":                 "从 %s 到 %s",
		"nothing happens":               "没有任何事发生",
		"no risk":                       "不针对任何风险",
		"warning: the flow %s can't keep its schedule: %s late because of a rate limit (%s); one that was due at %s had to wait %s for it": "警告：动作流 %s 无法按时执行：因速率限制（%[3]s），%[2]s延迟；其中应在 %[4]s 执行的一次为此等待了 %[5]s",
		"%d run is":                   "%d 次运行",
		"%d runs are":                 "%d 次运行",
		"Sunday":                      "星期日",
		"Monday":                      "星期一",
		"Tuesday":                     "星期二",
		"Wednesday":                   "星期三",
		"Thursday":                    "星期四",
		"Friday":                      "星期五",
		"Saturday":                    "星期六",
		"%s (members unknown)":        "%s（成员未知）",
		"%s files it":                 "%s 填报",
		"%s types %s":                 "%s 输入 %s",
		"only %s sees: %s":            "仅 %s 可见：%s",
		"%s writes in %s: %s":         "%s 在 %s 中写道：%s",
		"message to %s: %s":           "发送给 %s：%s",
		"message pinned in %s: %s":    "在 %s 中置顶：%s",
		"reply to %s: %s":             "回复 %s：%s",
		"reply in %s: %s":             "在 %s 中回复：%s",
		"message in %s: %s":           "在 %s 中发布：%s",
		"the card for %s is updated":  "%s 看到的卡片已更新",
		"deletes a message in %s: %s": "删除 %s 中的消息：%s",
		"creates %s with %s":          "创建 %s，成员：%s",
		"changes %s: %s":              "更改 %s：%s",
		"archives %s":                 "归档 %s",
		"restores %s":                 "恢复 %s",
		"%s joins %s":                 "%s 加入 %s",
		"%s leaves %s":                "%s 离开 %s",
		"status %s":                   "状态改为 %s",
		"to the node %s":              "流转到节点 %s",
		"handlers: %s":                "处理人员：%s",
		"note: %s":                    "备注：%s",
		"edits it":                    "修改",
	}
}
