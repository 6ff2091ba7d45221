-- The server remembers in which places this database has been served, and the time at which it last did so. In a database
-- that was restored or copied neither fits, and the server does not act on the world until it is told to.
grant update on app.installation to lectern_app;
