// A Discord app on discord.js that uses the API as riskroom does. It exits when stdin ends.
const {
  ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, EmbedBuilder, GatewayIntentBits, LabelBuilder, MentionableSelectMenuBuilder,
  MessageFlags, ModalBuilder, PermissionFlagsBits, SlashCommandBuilder, StringSelectMenuBuilder, TextDisplayBuilder, TextInputBuilder,
  TextInputStyle,
} = require('discord.js');

const { URL_OF_EMULATOR: url, BOT_TOKEN: token, LIN: lin } = process.env;
const { Guilds, GuildMembers, GuildMessages, GuildModeration, MessageContent } = GatewayIntentBits;
const client = new Client({
  rest: { api: `${url}/api` },
  intents: [Guilds, GuildMembers, GuildMessages, GuildModeration, MessageContent],
});
const fail = (error) => {
  console.error(error);
  process.exit(1);
};
process.on('unhandledRejection', fail);
client.on('error', fail);

const command = new SlashCommandBuilder().setName('risk').setDescription('Risks')
  .addSubcommand((s) => s.setName('list').setDescription('What is pending'))
  .addSubcommand((s) => s.setName('new').setDescription('File a risk')
    .addStringOption((o) => o.setName('module').setDescription('The module').setAutocomplete(true)));
const label = (text) => new LabelBuilder().setLabel(text);
const form = () => new ModalBuilder().setCustomId('file').setTitle('New risk')
  .addTextDisplayComponents(new TextDisplayBuilder().setContent('About **risks**'))
  .addLabelComponents(
    label('Title').setTextInputComponent(new TextInputBuilder().setCustomId('title').setStyle(TextInputStyle.Short)),
    label('Module').setStringSelectMenuComponent(new StringSelectMenuBuilder().setCustomId('module')
      .addOptions({ label: 'Payments', value: 'pay' }, { label: 'Ledger', value: 'led', default: true })),
    label('Handlers').setMentionableSelectMenuComponent(new MentionableSelectMenuBuilder().setCustomId('handlers')
      .setMinValues(1).setMaxValues(25).addDefaultUsers(lin)));
const filed = (fields) => {
  const { users, roles } = fields.getSelectedMentionables('handlers');
  const names = [...users.map((u) => u.username), ...roles.map((r) => r.name)];
  return `Filed ${fields.getTextInputValue('title')} in ${fields.getStringSelectValues('module')} for ${names}`;
};
const card = () => ({
  embeds: [new EmbedBuilder().setTitle('R-17').setDescription(`for <@${lin}>`)],
  components: [new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId('resolve').setLabel('Resolve').setStyle(ButtonStyle.Primary))],
});

const file = () => ({ attachment: Buffer.from('id,title\n'), name: 'risks.csv' });

client.on('interactionCreate', async (i) => {
  if (i.isAutocomplete()) {
    await i.respond([{ name: 'Ledger', value: 'ledger' }]);
  } else if (i.isModalSubmit()) {
    await i.reply({ content: filed(i.fields), files: [file()] });
  } else if (i.isButton()) {
    await i.deferReply({ flags: MessageFlags.Ephemeral });
    await i.editReply({ content: `Resolved in ${i.message.channelId}`, files: [file()] });
  } else if (i.options.getSubcommand() === 'new') {
    await i.showModal(form());
  } else {
    await i.reply({ content: 'Nothing is pending', flags: MessageFlags.Ephemeral });
  }
});
client.on('messageCreate', async (m) => {
  if (!m.author.bot) {
    await m.reply({ content: 'All of them', files: [file()] });
  }
});
client.on('guildAuditLogEntryCreate', (entry) => console.log('audited', entry.action));

client.once('clientReady', async () => {
  const guild = client.guilds.cache.first();
  await guild.commands.set([command]);
  const people = await guild.members.fetch();
  const found = await guild.members.fetch({ query: 'li', limit: 1 });
  await guild.roles.fetch();
  const category = await guild.channels.create({ name: 'Risks', type: 4 });
  const channel = await guild.channels.create({
    name: 'r-17', topic: 'R-17', parent: category,
    permissionOverwrites: [
      { id: guild.id, deny: [PermissionFlagsBits.ViewChannel] },
      { id: client.user.id, allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages] },
    ],
  });
  // Not edit, which starts from what CHANNEL_UPDATE has brought so far.
  await channel.permissionOverwrites.create(lin, { ViewChannel: true });
  await channel.permissionOverwrites.create(lin, { ViewChannel: true, SendMessages: true, ReadMessageHistory: true });
  await channel.edit({ topic: 'R-17, resolved' });
  const sent = await channel.send({ ...card(), nonce: 'op', enforceNonce: true });
  await sent.edit({ content: 'changed' });
  await sent.pin();
  const pins = await channel.messages.fetchPins();
  const messages = await channel.messages.fetch({ limit: 10 });
  const log = await guild.fetchAuditLogs({ after: '1' });
  await (await client.users.fetch(lin)).send('filed');
  console.log('ready', JSON.stringify({
    people: people.size, found: found.size, pins: pins.items.length, messages: messages.size,
    reasons: log.entries.size > 5, channel: channel.id, message: sent.id,
  }));
});

process.stdin.on('end', () => client.destroy().then(() => process.exit(0)));
process.stdin.resume();
client.login(token).catch(fail);
