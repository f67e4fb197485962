--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET check_function_bodies = false;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE SCHEMA auth;

CREATE TYPE auth.factor AS ENUM (
    'totp',
    'phone'
);

CREATE DOMAIN public.email_address AS text
	CONSTRAINT email_check CHECK ((VALUE ~ '@'::text));

SET default_tablespace = '';

CREATE TABLE auth.people (
    id bigint NOT NULL,
    factor auth.factor DEFAULT 'totp'::auth.factor NOT NULL,
    email public.email_address,
    born date,
    CONSTRAINT people_born_check CHECK ((born > '1900-01-01'::date))
);

CREATE SEQUENCE auth.people_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE auth.people_id_seq OWNED BY auth.people.id;

CREATE TABLE public.sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    person_id bigint NOT NULL,
    seen timestamp without time zone,
    kinds auth.factor[]
);

ALTER TABLE ONLY auth.people ALTER COLUMN id SET DEFAULT nextval('auth.people_id_seq'::regclass);

COPY public.sessions (id, person_id, seen, kinds) FROM stdin;
\.

SELECT pg_catalog.setval('auth.people_id_seq', 1, false);

ALTER TABLE ONLY auth.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

CREATE INDEX sessions_person ON public.sessions USING btree (person_id) WHERE (seen IS NOT NULL);

CREATE UNIQUE INDEX people_email ON auth.people USING btree (lower((email)::text)) INCLUDE (born);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_person_fkey FOREIGN KEY (person_id) REFERENCES auth.people(id) ON DELETE CASCADE;
