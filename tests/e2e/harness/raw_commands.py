"""Redis commands by their raw words.

How redis-py dresses up a reply differs between its versions, and it knows
nothing of commands that belong together on one connection, as ASKING does.
"""


def converse(node, *commands):
    """The last answer."""
    with node.client() as client:
        connection = client.connection_pool.get_connection("raw")
        try:
            for command in commands:
                connection.send_command(*command)
                answer = connection.read_response()
            return answer
        finally:
            client.connection_pool.release(connection)
