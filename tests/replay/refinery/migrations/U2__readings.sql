CREATE TABLE readings (
    sensor_id uuid NOT NULL,
    at timestamptz NOT NULL,
    value real,
    CONSTRAINT readings_sensor FOREIGN KEY (sensor_id) REFERENCES sensors (id)
) PARTITION BY RANGE (at);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE INDEX readings_at ON readings (at);
