//! Every table of the desk, and how an older desk is brought up to this version.
//!
//! The one list of what is kept outside the ledger (law 1): nothing that affects a figure is among
//! it. Moments are microseconds since 1970 (UTC); secrets that a visitor brings are kept as their
//! SHA-256, passwords as Argon2id.

use base::Problem;

use crate::{Desk, problems};

/// The steps from an empty file to this version, each applied once; a new step is added at the end
/// and none is changed.
const STEPS: &[&str] = &[
    // 1: sign-in, sessions, drafts.
    "
    -- How a person signs in. Who the person is and what he or she may do stands in the ledger (actor).
    create table account (
        login text primary key collate nocase,
        actor integer not null,
        password text,            -- Argon2id in PHC form; null: signs in elsewhere
        one_time_secret text,     -- base32, when one-time codes are on
        one_time_last integer not null default 0, -- the last code's step: none is taken twice
        is_closed integer not null default 0,
        must_change integer not null default 0,
        is_demonstration integer not null default 0, -- may be entered by a button
        created integer not null
    ) strict;
    create index account_actor on account (actor);

    -- Failed attempts, by login as it was typed and by address.
    create table attempt (
        who text primary key,
        failures integer not null,
        blocked_until integer not null,
        last integer not null
    ) strict;

    create table session (
        token blob primary key,   -- SHA-256 of what the cookie holds
        login text not null references account (login) on delete cascade,
        actor integer not null,   -- as whom: the account's own, or one that it stands in for
        created integer not null,
        seen integer not null,
        expires integer not null
    ) strict;
    create index session_login on session (login);

    -- What was typed into a form and not handed in yet.
    create table draft (
        actor integer not null,
        form text not null,       -- the address of the form
        body text not null,       -- JSON: field to text
        saved integer not null,
        primary key (actor, form)
    ) strict;

    -- Saved views, chosen columns, language.
    create table preference (
        actor integer not null,
        name text not null,
        body text not null,
        primary key (actor, name)
    ) strict;

    -- How often what an actor sees of the desk changed: for the tags of pages.
    create table changed (
        actor integer primary key,
        times integer not null
    ) strict;
    create trigger draft_in after insert on draft begin
        insert into changed values (new.actor, 1) on conflict do update set times = times + 1; end;
    create trigger draft_up after update on draft begin
        insert into changed values (new.actor, 1) on conflict do update set times = times + 1; end;
    create trigger draft_out after delete on draft begin
        insert into changed values (old.actor, 1) on conflict do update set times = times + 1; end;
    create trigger preference_in after insert on preference begin
        insert into changed values (new.actor, 1) on conflict do update set times = times + 1; end;
    create trigger preference_up after update on preference begin
        insert into changed values (new.actor, 1) on conflict do update set times = times + 1; end;
    create trigger preference_out after delete on preference begin
        insert into changed values (old.actor, 1) on conflict do update set times = times + 1; end;

    -- Keys for programs.
    create table token (
        token blob primary key,   -- SHA-256
        name text not null,
        actor integer not null,
        scopes text not null,     -- separated by spaces
        created integer not null,
        expires integer not null,
        used integer
    ) strict;
    ",
    // 2: packages that wait for a decision.
    "
    create table upload (
        id integer primary key autoincrement,
        actor integer not null,
        name text not null,
        body blob not null,
        saved integer not null
    ) strict;
    ",
    // 3: settings of the whole site.
    "
    create table setting (
        name text primary key,
        body text not null
    ) strict;
    create trigger setting_in after insert on setting begin
        insert into changed values (0, 1) on conflict do update set times = times + 1; end;
    create trigger setting_up after update on setting begin
        insert into changed values (0, 1) on conflict do update set times = times + 1; end;
    create trigger setting_out after delete on setting begin
        insert into changed values (0, 1) on conflict do update set times = times + 1; end;
    ",
    // 4: one-time codes as a second step, the link to a folder's first account.
    "
    -- Who gave the right password and not yet the one-time code.
    create table half_session (
        token blob primary key,   -- SHA-256
        login text not null references account (login) on delete cascade,
        expires integer not null
    ) strict;

    -- The way into a folder that has no account: printed where the site was started.
    create table first_link (
        token blob primary key,   -- SHA-256
        expires integer not null
    ) strict;
    ",
    // 5: signing in elsewhere, and who is told of the ledger's changes.
    "
    -- Which subject of which provider is which account.
    create table elsewhere (
        issuer text not null,
        subject text not null,
        login text not null collate nocase references account (login) on delete cascade,
        linked integer not null,
        primary key (issuer, subject)
    ) strict;
    create unique index elsewhere_login on elsewhere (login, issuer);

    -- Who is on the way to a provider and back.
    create table way (
        state blob primary key,   -- SHA-256
        browser blob not null,    -- SHA-256 of what a cookie of the browser holds
        issuer text not null,
        nonce text not null,
        verifier text not null,
        back text not null,
        login text,               -- to be linked; null: somebody signs in
        expires integer not null
    ) strict;

    -- Webhooks: each a cursor over the ledger's positions.
    create table webhook (
        id integer primary key autoincrement,
        name text not null,
        address text not null,
        kinds text not null,      -- separated by spaces; empty: all
        secret text not null,     -- it signs, so it is kept as it is
        cursor integer not null,
        failures integer not null default 0,
        next_try integer not null default 0,
        standing text not null default 'on', -- on, dead, off
        last text not null default '',
        last_at integer,
        delivered integer not null default 0,
        created integer not null,
        once blob unique          -- the id of the command that made it
    ) strict;
    ",
    // 6: channels by which people hear of their work, and what is to be sent.
    "
    -- The ways that an office uses. What is secret is written and never shown again.
    create table channel (
        kind text primary key,
        is_on integer not null default 0,
        settings text not null default '{}', -- JSON: field to text
        secret text,              -- JSON: the address of a robot, a key, a password
        tried integer,            -- the last trial, and why it failed
        outcome text
    ) strict;

    -- Where a person hears: a mail address, a telephone number.
    create table contact (
        actor integer not null,
        channel text not null,
        address text not null,
        primary key (actor, channel)
    ) strict;

    -- Messages: how much waits, until when, a link; nothing sensitive.
    create table outgoing (
        id integer primary key autoincrement,
        once text not null unique, -- channel, recipient and where in the ledger it follows from
        channel text not null,
        recipient text not null,
        body text not null,
        made integer not null,
        next integer,             -- when it is tried next; null: sent or given up
        tries integer not null default 0,
        sent integer,
        failure text
    ) strict;
    create index outgoing_next on outgoing (next) where next is not null;
    create index outgoing_channel on outgoing (channel, id);

    -- How far the sender is, and what time did last. No page's tag depends on it.
    create table delivery_note (
        name text primary key,
        body text not null
    ) strict;
    ",
    // 7: sensors and their raw readings, until what they are summed up to stands in the ledger and for a while after.
    "
    create table sensor (
        id integer primary key autoincrement,
        rule text not null,       -- the row of the programme
        subject text not null,
        since integer not null,   -- when it was first known
        last_at integer,          -- the newest reading
        last_value text,
        summed_to integer,        -- up to where periods are summed up
        watched_from integer,     -- readings up to here belong to a case that was opened
        unique (rule, subject)
    ) strict;

    -- Exact decimals as text.
    create table reading (
        sensor integer not null references sensor (id) on delete cascade,
        at integer not null,
        value text not null,
        primary key (sensor, at)
    ) strict, without rowid;

    -- Readings that a rule refused, counted by the hour in which they came.
    create table reading_refused (
        sensor integer not null references sensor (id) on delete cascade,
        hour integer not null,
        code text not null,
        times integer not null,
        primary key (sensor, hour, code)
    ) strict, without rowid;
    ",
];

pub(crate) fn bring_up(desk: &Desk) -> Result<(), Problem> {
    let mut connection = desk.lock();
    let change = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(|error| desk.refused(error))?;
    let version: u32 = change
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| desk.refused(error))?;
    let version = version as usize;
    if version > STEPS.len() {
        return Err(problems::of_later_version());
    }
    for (step, sql) in STEPS.iter().enumerate().skip(version) {
        change
            .execute_batch(sql)
            .and_then(|()| change.pragma_update(None, "user_version", step as i64 + 1))
            .map_err(|error| desk.refused(error))?;
    }
    change.commit().map_err(|error| desk.refused(error))
}
