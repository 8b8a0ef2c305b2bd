import { stateOf } from "#src/tickets/ticket-state.ts";

type Batch = {
  first: number;
  last: number;
  tickets: number;
  seed: number;
  newest: string;
  longEvery: number;
  staff: number;
};

/**
 * SQL: the tickets of one batch as the table `bench_batch`: what each is like comes by chance from its number and the seed alone.
 * Five minutes lie between two tickets, so that a day is as full at a small desk as at a large one.
 */
export function batchOf({ first, last, tickets, seed, newest, longEvery, staff }: Batch): string {
  const chance = (what: number) =>
    `((hashint8extended(n, ${seed * 100 + what}) & 1048575) / 1048576.0::float8)`;
  const ourTurn = Math.round(Math.min(Math.max(100, tickets * 0.004), 4000));
  const people = Math.ceil(tickets * 0.4);
  return `
    create temp table bench_batch as
    with numbered as (
      select n::bigint, n % ${longEvery} = 0 as is_long, ${tickets} - n as rank,
        '${newest}'::timestamptz - (${tickets} - n) * interval '5 minutes' as opened_at
      from generate_series(${first}, ${last}) n),
    lots as (
      select *,
        case when is_long then 160 + floor(40 * ${chance(1)}) else floor(160 * ${chance(1)}) end::int as model,
        case when rank < ${2 * ourTurn} and ${chance(2)} < 0.475 or ${chance(3)} < 0.05 * ${ourTurn / tickets}
            then case when ${chance(4)} < 0.4 and not is_long then 'new' else 'open' end
          when ${chance(5)} < 0.04 then 'waiting_for_user' when ${chance(5)} < 0.05 then 'waiting_for_fix'
          when ${chance(5)} < 0.052 then 'snoozed' when ${chance(5)} < 0.075 then 'spam' else 'resolved' end as status
      from numbered),
    told as (
      select *,
        case when is_long then 10 when status in ('new', 'spam') then 1 when status = 'open' then 3
          else 2 * ceil(2 * ${chance(6)})::int end as messages
      from lots),
    dated as (
      select *, least(interval '5 hours', ('${newest}'::timestamptz - opened_at) / messages) as pause from told)
    select *,
      opened_at + (messages - 1) * pause as last_at,
      1 + floor(${staff} * ${chance(7)})::bigint as staff_id,
      case when status <> 'new' and ${chance(8)} < 0.8 then 1 + floor(${staff} * ${chance(7)})::bigint end as owner_id,
      case when ${chance(9)} < 0.8 then 1 + floor(${people} * ${chance(10)} ^ 1.5)::bigint end as person_id,
      case when ${chance(11)} < 0.02 then 'urgent' when ${chance(11)} < 0.08 then 'high'
        when ${chance(11)} < 0.15 then 'low' else 'normal' end as priority,
      sha256(('stick ${seed} ' || floor(${tickets} * ${chance(12)}))::bytea) as stick_hash,
      case when ${chance(13)} < 0.05 then '6.' || floor(20 * ${chance(14)} ^ 2) end as last_version,
      ${chance(13)} < 0.03 as has_workaround,
      case when ${chance(15)} < 0.65 then 1 + floor(200 * ${chance(16)} ^ 3)::bigint end as tag_id,
      case when ${chance(15)} < 0.15 then 1 + floor(200 * ${chance(17)} ^ 3)::bigint end as other_tag_id,
      n <= ${people} as brings_person, ${tickets} + n as person_key_id
    from dated`;
}

const messagesOf = (row: string) => `bench_batch join bench_models using (model)
  cross join lateral (
    select n * 10 + place as message_id, place, opened_at + place * pause as at,
      case when is_long and place = 5 then 'note' when place % 2 = 1 then 'answer' else 'from_user' end as kind
    from generate_series(0, messages - 1) place) ${row}`;

/** SQL: everything that belongs to the tickets of `bench_batch`. */
export const fillings = [
  `insert into vault_keys (id, wrapped_key) overriding system value
   select n, wrapped_key from bench_batch join bench_models using (model)
   union all select person_key_id, wrapped_key from bench_batch join bench_models using (model) where brings_person`,

  `insert into people (id, address_hash, key_id, sealed_address) overriding system value
   select n, sha256(('person ' || n)::bytea), person_key_id, sealed_address
   from bench_batch join bench_models using (model) where brings_person`,

  `insert into tickets (id, status, queue_id, language, channel, key_id, sealed_subject, person_id, owner_id,
     whisperback_id, tails_version, model, stick_hash, message_count, opened_at, last_message_at, our_turn_since,
     first_answered_at, closed_at, closed_by, snoozed_until, priority, last_version_that_worked, sealed_workaround) overriding system value
   select n, status, queue_id, language, 'whisperback', n, sealed_subject, person_id, owner_id,
     substr(encode(stick_hash, 'hex'), 1, 18) || lpad(to_hex(n), 14, '0'), tails_version, computer, stick_hash, messages,
     opened_at, last_at, case when status in ('new', 'open') then last_at end, case when messages > 1 then opened_at + pause end,
     case when status in ('resolved', 'spam') then last_at end,
     case when status in ('resolved', 'spam') then staff_id end,
     case when status = 'snoozed' then last_at + interval '400 days' end, priority, last_version,
     case when has_workaround then sealed_workaround end
   from bench_batch join bench_models using (model)`,

  `insert into mails (id, key_id, content_hash, size_bytes, state, outcome, ticket_id, received_at, kept_at, read_at)
     overriding system value
   select message_id, n, sha256(('mail ' || message_id)::bytea), 30000, 'read',
     case place when 0 then 'opened' else 'added' end, n, at, at, at
   from ${messagesOf("message")} where kind = 'from_user'`,

  `insert into messages (id, ticket_id, key_id, kind, mail_id, staff_id, sealed_content, encryption, created_at)
     overriding system value
   select message_id, n, n, kind, case when kind = 'from_user' then message_id end,
     case when kind <> 'from_user' then staff_id end,
     case when kind = 'note' then sealed_note when kind = 'answer' then sealed_answer
       when place = 0 then sealed_report_mail else sealed_more end,
     'encrypted', at
   from ${messagesOf("message")}`,

  `insert into reports (message_id, whisperback_id, tails_version, model, stick_hash, sealed_report, sealed_logs, log_sections)
   select n * 10, substr(encode(stick_hash, 'hex'), 1, 18) || lpad(to_hex(n), 14, '0'), tails_version, computer, stick_hash,
     sealed_report, sealed_logs, log_sections
   from bench_batch join bench_models using (model)`,

  `insert into outbox_mails (ticket_id, message_id, key_id, sealed_envelope, reference, protection, state, created_at)
   select n, message_id, n, sealed_envelope, substr(encode(stick_hash, 'hex'), 1, 18) || lpad(to_hex(message_id), 14, '0'),
     'encrypted', 'accepted', at
   from ${messagesOf("message")} where kind = 'answer'`,

  `insert into ticket_tags (ticket_id, tag_id)
   select n, tag_id from bench_batch where tag_id is not null
   union select n, other_tag_id from bench_batch where other_tag_id is not null`,

  `insert into search_documents (message_id, ticket_id, generation, language, words)
   select message_id, n, 1, language,
     case when place = 0 then words when kind = 'from_user' then words_more else words_answer end
   from ${messagesOf("message")} where kind <> 'note'`,

  `insert into search_tickets (ticket_id, last_message_at, words)
   select tickets.id, min(last_message_at), gather_words(search_documents.words order by message_id)
     || (select words from ticket_marks where ticket_id = tickets.id)
   from tickets join search_documents on search_documents.ticket_id = tickets.id
   where tickets.id between (select min(n) from bench_batch) and (select max(n) from bench_batch)
     -- While indexes are away the numbers of the messages find those of a batch.
     and message_id between (select min(n) from bench_batch) * 10 and (select max(n) from bench_batch) * 10 + 9
   group by tickets.id`,

  `insert into ticket_events (ticket_id, staff_id, action, detail, before, after, created_at)
   select ticket_id, staff_id, action, detail, before, after, at from (
     select id as ticket_id, null::bigint as staff_id, 'opened' as action, '{"channel":"whisperback"}'::jsonb as detail,
       null::jsonb as before, ${stateOf("tickets")} as after, tickets.opened_at as at, 0 as place
     from tickets where id between (select min(n) from bench_batch) and (select max(n) from bench_batch)
     union all
     select n, staff_id, 'tagged', jsonb_build_object('tag', 'tag ' || tag_id),
       jsonb_build_object('tag:' || tag_id, false), jsonb_build_object('tag:' || tag_id, true), opened_at, 1
     from bench_batch where tag_id is not null
     union all
     select n, owner_id, 'taken', '{}', '{"owner_id":null}', jsonb_build_object('owner_id', owner_id::text), opened_at, 2
     from bench_batch where owner_id is not null
     union all
     select n, staff_id, 'answered', '{"from":"open","to":"waiting_for_user"}', '{"status":"open"}',
       '{"status":"waiting_for_user"}', at, 3 + place
     from ${messagesOf("message")} where kind = 'answer'
     union all
     select n, staff_id, 'closed', jsonb_build_object('from', 'waiting_for_user', 'to', status), '{"status":"waiting_for_user"}',
       jsonb_build_object('status', status), last_at, 20
     from bench_batch where status in ('resolved', 'spam')) happened
   order by at, ticket_id, place`,
];

/** SQL: what is there once: tags, notes that call, and where the numbers go on. */
export function remainder({ tickets, me, longEvery }: { tickets: number; me: string; longEvery: number }) {
  return [
    `insert into tags (id, name) overriding system value select id, 'tag ' || id from generate_series(1, 200) id`,
    `insert into mentions (message_id, staff_id)
     select number * ${longEvery} * 10 + 5, ${me} from generate_series(1, 5) number`,
    `select setval(pg_get_serial_sequence(table_name, column_name), ${tickets * 20})
     from information_schema.columns where table_schema = 'public' and is_identity = 'YES'
       and table_name in ('vault_keys', 'people', 'tickets', 'mails', 'messages', 'outbox_mails', 'tags')`,
  ];
}
