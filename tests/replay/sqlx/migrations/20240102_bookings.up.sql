CREATE TABLE bookings (
    room_id int NOT NULL,
    during tstzrange NOT NULL,
    note text,
    CONSTRAINT no_overlap EXCLUDE USING gist (room_id WITH =, during WITH &&),
    FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE RESTRICT
);
