package main

// chineseRuns returns the Chinese of the phrases of runs and purge, by the English.
func chineseRuns() map[string]string {
	return map[string]string{
		"armed":     "待执行",
		"running":   "执行中",
		"waiting":   "等待中",
		"parked":    "待人工处理",
		"finished":  "已完成",
		"skipped":   "已跳过",
		"cancelled": "已取消",

		"RUN":      "运行",
		"STATE":    "状态",
		"DUE (%s)": "应执行时间（%s）",
		"NEXT":     "下次执行",
		"WHY":      "原因",

		"risk":           "风险",
		"flow":           "动作流",
		"state":          "状态",
		"due":            "应执行时间",
		"next":           "下次执行",
		"why":            "原因",
		"%s, at step %d": "%s，第 %d 步",

		"No run is parked, running or scheduled.":                   "没有待处理、执行中或待执行的运行",
		"only the first %d are shown; raise --limit to see more":    "只显示前 %d 个；如需查看更多，请调大 --limit",
		"there is no run %s (runs that ended long ago are removed)": "没有运行 %s（结束已久的运行会被清除）",
		"Calls of this step:":                                       "本步骤的调用：",
		"%s (attempt %d)":                                           "%s（第 %d 次尝试）",
		"done":                                                      "已完成",
		"open":                                                      "结果未知",
		"failed":                                                    "失败",
		"Runs that wait for its group:":                             "等待它创建群组的运行：",
		"What happened:":                                            "执行记录：",
		"nothing yet":                                               "暂无",
		"This run waits for you. To continue it: riskroom runs retry %s   (or drop it)": "此运行等待人工处理。继续执行：riskroom runs retry %s （或用 drop 放弃）",

		"due now":              "将立即执行",
		"dropped":              "已放弃",
		"there is no such run": "没有这个运行",
		"only a parked run can be retried; this one is %s":                          "只有待人工处理的运行可以重试；此运行的状态是：%s",
		"only a run that is parked or has not begun can be dropped; this one is %s": "只有待人工处理或尚未开始的运行可以放弃；此运行的状态是：%s",

		"%s left out: %s":               "%s 已跳过：%s",
		"%s %s, %s: %s":                 "%s %s，%s：%s",
		"would be deleted":              "将被删除",
		"deleted":                       "已删除",
		"closed %s":                     "关闭于 %s",
		"ended %s":                      "结束于 %s",
		"it has a group that is in use": "它有正在使用的群组",
		"a run of it has not ended: riskroom runs list":                    "它有未结束的运行：riskroom runs list",
		"it is unknown whether a call for it happened: riskroom runs list": "它有一次调用结果未知：riskroom runs list",
		"it ended less than two days ago":                                  "它结束不到两天",
		"it has just changed":                                              "它刚刚发生了变化",
	}
}

// chineseReasons returns the Chinese of why runs are in their states, by the English.
func chineseReasons() map[string]string {
	return map[string]string{
		"Not kept: %d ended runs of events, repeats and schedules, of open risks.": "未关闭的风险另有 %d 次由事件、重复或定时计划触发的运行，已结束且不再保留记录",
		"skipped the rest: %s":                                                     "跳过其余步骤：%s",
		"the earlier message was not sent":                                         "前面的消息没有发送",
		"the earlier message is in another group":                                  "前面的消息在另一个群组",
		"the earlier message has been deleted":                                     "前面的消息已被删除",
		"%s; not a reply: %s":                                                      "%s；不是回复：%s",
		"%s; not a reply for %s: %s":                                               "%s；对 %s 不是回复：%s",
		"left out risks, %s in all, the first of them %s: %s":                      "略过了 %s 条风险，前几条为 %s：%s",
		"sends nothing to %s, because a digest has at most %s messages":            "不给 %s 发送，因为一次汇总最多发送 %s 条消息",
		"sends nothing to %s and others, because a digest has at most %s messages": "不给 %s 等发送，因为一次汇总最多发送 %s 条消息",
		"holds its message for %s until %s: %s (%s)":                               "给 %s 的消息等到 %s 再发送：%s（%s）",

		"keeps cards and channels up to date":       "更新卡片和频道",
		"notifies administrators or one person":     "通知管理员或某个人",
		"posts a note in the risk's channel":        "在风险的频道中发布备注",
		"creates or changes a channel for a person": "应某人的要求创建或更改频道",
		"creates the risk's channel for a person":   "应某人的要求创建风险的频道",
		"closes the channel of a closed risk":       "关闭已关闭风险的频道",
		"posts the risk's attachments":              "发布风险的附件",
	}
}

// chineseEvents returns the Chinese of what happened to a run, by the English.
func chineseEvents() map[string]string {
	return map[string]string{
		"already due when the risk was filed or edited; skipped, as the flow says": "填报或编辑风险时已经到期；按动作流的设置跳过",
		"began, %s after its time": "开始执行，比应执行时间晚 %s",
		"began, on time":           "按时开始执行",
		"skipped: %s":              "已跳过：%s",
		"could not send the message for %s to %s instead: %s":                    "发给 %[1]s 的消息未能改发给 %[2]s：%[3]s",
		"sent the message for %s, who could not be reached, to %s instead":       "无法联系到 %s，消息已改发给 %s",
		"partly done: %s; not done: %s":                                          "部分完成：%s；未完成：%s",
		"failed for good: %s (%s); steps that do not need it continue":           "最终失败：%s（%s）；不依赖它的步骤继续执行",
		"failed for good: %s (%s); the run ends here, because of on_error: stop": "最终失败：%s（%s）；因 on_error: stop，运行到此结束",
		"skipped step: %s (%s)":                                                  "跳过步骤：%s（%s）",
		"waits until %s: %s":                                                     "等待至 %s：%s",
		"tries again at %s (%s, attempt %s)":                                     "将于 %s 重试（%s，第 %s 次尝试）",
		"parked, needs a person: %s":                                             "待人工处理：%s",
		"sent again though it may have arrived: %s":                              "可能已经送达，仍重新发送：%s",
		"gave up an unfinished call: %s":                                         "放弃了未完成的调用：%s",
		"created the group %s too late; the risk is not bound to it":             "群组 %s 创建得太晚；风险未绑定它",
		"bound the risk to the group %s":                                         "风险已绑定群组 %s",
		"the risk is no longer bound to the group %s (%s)":                       "风险已与群组 %s 解除绑定（%s）",
		"the bot can no longer see the group %s (%s)":                            "机器人已看不到群组 %s（%s）",
		"the bot can see the group %s again":                                     "机器人又能看到群组 %s",
		"new people of the risk in the group %s":                                 "风险的新成员加入群组 %s",
		"%s; invited: %s":                                                        "%s；已邀请：%s",
		"%s; not added: %s":                                                      "%s；未能添加：%s",
		"updated: %s":                                                            "已更新：%s",
		"%s requested: %s":                                                       "%s 请求：%s",

		"armed for %s":                         "定于 %s 执行",
		"moved to %s":                          "改为 %s 执行",
		"timer removed":                        "已移除定时器",
		"asked to stop":                        "已要求停止",
		"left unchanged, because it had begun": "已经开始，保持不变",
		"timer %s %s":                          "定时器 %s %s",
	}
}
