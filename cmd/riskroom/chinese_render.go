package main

// chineseRender returns the Chinese of the phrases of render, by the English.
func chineseRender() map[string]string {
	return map[string]string{
		"Show what a flow sends, as each platform displays it":                       "显示动作流发送的内容，与各平台上的显示一致",
		"the key of a risk in Redis, such as R-17":                                   "Redis 中风险的编号，如 R-17",
		"show only this step: its id, or its action and number as in send_message#2": "只显示这一步：写它的 id，或动作加序号，如 send_message#2",
		"%s: show only this platform":                                                "%s：只显示该平台",
		`render carries out one flow of a config file and shows its messages, cards and groups,
once for each platform in the file. Conditions count as true, and it doesn't matter
when the flow is due. The engine and the adapters are the ones that serve uses. Only
the workspaces are emulated: nobody is contacted, and secrets needn't be set.

By default the risk is made up and every field is filled in. With --risk, it is one
in the Redis that the config file names, which render only reads; that needs the
secrets in the redis section. People whom only the platform can name are shown by
their IDs, and user groups and roles have two members. What an event's flow says of
the change is made up. The risk counts as filed on each platform in turn, and an item
group that the flow needs or creates is new.

With --format json, the output is a list with the calls of each step that change
something on a platform, and their payloads. IDs in them are made up.

Exit codes: 0 shown, 1 it could not be shown, 2 the command line is wrong.`: `render 执行配置文件中的一个动作流，显示它的消息、卡片和群组，文件中的每个平台各显示一次。
条件一律视为成立，也不考虑动作流何时到期。引擎和适配器与 serve 相同，只有工作区是模拟的：
不会联系任何人，也无需设置密钥。

默认使用虚构的风险，每个字段都已填写。使用 --risk 时，风险来自配置文件中的 Redis，只读取、
不写入，因此需要 redis 部分的密钥。只有平台才知道姓名的人以 ID 显示，用户组和角色各有两名成员。
事件触发的动作流中关于变更的内容是虚构的。风险依次视为在各平台填报，动作流需要或创建的事项群组
都是新建的。

使用 --format json 时，输出每一步对平台作出更改的调用及其内容，其中的 ID 是虚构的。

退出码：0 已显示，1 无法显示，2 命令行有误`,

		"%s for %s, as %s shows it": "%[1]s（%[2]s）在 %[3]s 上的显示",
		"only if %s":                "仅当 %s",
		"creates #%s%s":             "创建 #%s%s",
		"members: %s":               "成员：%s",
		"topic: %s":                 "主题：%s",
		"purpose: %s":               "说明：%s",
		"bookmark: %s":              "书签：%s",
		"to %s%s":                   "发送至 %s%s",
		"pinned in %s%s":            "置顶于 %s%s",
		"%s, in reply to %s":        "%s，回复 %s",
		"waits %s; then the flow's if is evaluated again": "等待 %s，然后重新计算动作流的 if",
		"shows nothing": "没有可见的内容",

		"which flow? Name a config file and one of its flows": "哪个动作流？请写配置文件和其中一个动作流",
		"%s has no flow %q; %s":                               "%s 中没有动作流 %q；%s",
		"flows are %s":                                        "动作流有 %s",
		"--step: the flow %s has no step %q; %s":              "--step：动作流 %s 没有步骤 %q；%s",
		"steps are %s":                                        "步骤有 %s",
		"did you mean %s?":                                    "是否指 %s？",
		"--platform %s: %s has no workspace on %s":            "--platform %s：%s 中没有 %s 的工作区",
		"--risk: %v":                                          "--risk：%v",
		"there is no risk %s":                                 "没有风险 %s",
	}
}
