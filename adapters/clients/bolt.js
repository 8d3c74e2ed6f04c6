// A Slack app on Bolt that uses the API as riskroom does. It exits when stdin ends.
const { App } = require('@slack/bolt');

const { URL_OF_EMULATOR: url, BOT_TOKEN: token, APP_TOKEN: appToken, LIN: lin } = process.env;
const app = new App({ token, appToken, socketMode: true, clientOptions: { slackApiUrl: `${url}/api/` } });
const fail = (error) => {
  console.error(error, error.data);
  process.exit(1);
};
process.on('unhandledRejection', fail);
app.error(async (error) => fail(error));

const plain = (text) => ({ type: 'plain_text', text });
const header = (text) => ({ type: 'header', text: plain(text) });
const card = (text) => [header(text), { type: 'actions', elements: [{ type: 'button', action_id: 'resolve', text: plain('Resolve') }] }];

app.command('/risk', async ({ command, ack, client, respond }) => {
  await ack();
  if (command.text !== 'new') {
    await respond('Nothing is pending');
    return;
  }
  const view = {
    type: 'modal', callback_id: 'file', title: plain('New risk'), submit: plain('File'),
    blocks: [{ type: 'input', block_id: 'title', label: plain('Title'), element: { type: 'plain_text_input', action_id: 'title' } }],
  };
  const opened = await client.views.open({ trigger_id: command.trigger_id, view });
  await client.views.update({ view_id: opened.view.id, hash: opened.view.hash, view });
  console.log('updated', opened.view.id);
});
app.view('file', async ({ ack, body, client, view }) => {
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `Filed ${view.state.values.title.title.value}` });
});
app.action('resolve', async ({ ack, respond }) => {
  await ack();
  await respond({ text: 'Resolved', replace_original: true, blocks: [header('Resolved')] });
});
app.message('hello', async ({ message, say }) => say(`Hello <@${message.user}>`));
app.event('member_joined_channel', async ({ event }) => console.log('joined', event.user));

const main = async () => {
  const { client } = app;
  await client.api.test({ foo: 'bar' });
  const self = await client.auth.test();
  const bot = await client.bots.info({ bot: self.bot_id });
  await app.start();
  await client.views.publish({ user_id: lin, view: { type: 'home', blocks: [header('Nothing is pending')] } });
  const user = await client.users.info({ user: lin });
  await client.users.lookupByEmail({ email: user.user.profile.email });
  await client.usergroups.list();
  const { channel } = await client.conversations.create({ name: 'r-17', is_private: true });
  await client.conversations.invite({ channel: channel.id, users: lin });
  await client.conversations.setTopic({ channel: channel.id, topic: 'R-17' });
  const sent = await client.chat.postMessage({
    channel: channel.id, text: 'R-17', blocks: card('R-17'), metadata: { event_type: 'risk', event_payload: { op: 'x' } },
  });
  await client.chat.update({ channel: channel.id, ts: sent.ts, text: 'R-17', blocks: card('R-17, changed') });
  await client.pins.add({ channel: channel.id, timestamp: sent.ts });
  await client.bookmarks.add({ channel_id: channel.id, title: 'R-17', type: 'link', link: 'https://example.com' });
  const history = await client.conversations.history({ channel: channel.id, include_all_metadata: true });
  const refused = await client.conversations.info({ channel: 'C0' }).catch((error) => error.data.error);
  console.log('ready', JSON.stringify({
    bot: bot.bot.user_id, messages: history.messages.length > 0, scopes: self.response_metadata.scopes.length > 5, refused,
    channel: channel.id, message: sent.ts,
  }));
};

process.stdin.on('end', () => app.stop().then(() => process.exit(0)));
process.stdin.resume();
main().catch(fail);
