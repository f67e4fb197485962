CREATE TABLE sensors (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    labels text[] NOT NULL DEFAULT '{}',
    place point
);
