create table staff (
  id bigint generated always as identity primary key,
  name text not null constraint staff_name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{1,31}$'),
  role text not null constraint staff_role_known check (role in ('help_desk', 'lead', 'admin')),
  password_hash text not null,
  languages text[] not null default '{}',
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  -- Sessions made before this moment are over.
  signed_out_at timestamptz not null default now()
);
create unique index staff_name_unique on staff (name);

create table sessions (
  sid varchar primary key,
  sess json not null,
  expire timestamptz not null
);
create index sessions_expire on sessions (expire);
